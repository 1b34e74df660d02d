"""Does one piece of work as the Python peers do it and prints the seconds it took; `cargo xtask bench models` runs it."""

import sys
import time
import warnings

import pandas as pd

warnings.filterwarnings("ignore")


def customers(file):
    table = pd.read_csv(file)
    return table["x"].astype(float), table["t_x"], table["T"]


def fit(file, grouped):
    from lifetimes import BetaGeoFitter

    frequency, recency, age = customers(file)
    weights = None
    if grouped:
        table = pd.DataFrame({"x": frequency, "t_x": recency, "T": age})
        table = table.groupby(["x", "t_x", "T"], as_index=False).size()
        frequency, recency, age, weights = table["x"], table["t_x"], table["T"], table["size"]
    start = time.perf_counter()
    BetaGeoFitter(penalizer_coef=0.0).fit(frequency, recency, age, weights=weights)
    return time.perf_counter() - start


def score(file):
    from lifetimes import BetaGeoFitter

    frequency, recency, age = customers(file)
    model = BetaGeoFitter()
    model.params_ = pd.Series({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
    start = time.perf_counter()
    model.conditional_expected_number_of_purchases_up_to_time(39, frequency, recency, age)
    model.conditional_probability_alive(frequency, recency, age)
    return time.perf_counter() - start


def fold(file):
    from xgboost import XGBClassifier

    table = pd.read_csv(file)
    table["TotalCharges"] = pd.to_numeric(table["TotalCharges"], errors="coerce").fillna(0)
    table = table[table["fold"] != 0]
    labels = (table["Churn"] == "Yes").astype(int).to_numpy()
    rows = pd.get_dummies(table.drop(columns=["customerID", "Churn", "fold"])).astype(float).to_numpy()
    model = XGBClassifier(
        n_estimators=200, learning_rate=0.05, max_depth=3, subsample=0.8, colsample_bytree=0.8, tree_method="hist", n_jobs=1
    )
    start = time.perf_counter()
    model.fit(rows, labels)
    return time.perf_counter() - start


WORK = {
    "fit": lambda file: fit(file, False),
    "fit-grouped": lambda file: fit(file, True),
    "score": score,
    "fold": fold,
}

print(WORK[sys.argv[1]](sys.argv[2]))
