//! A campaign as its editor holds it, and two people's changes to it field by field.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use shared::api::Campaign;
use shared::campaign::{Plan, PlanStep};
use shared::message::merge::merge_values;
use shared::message::{Angle, Channel, Draft, Slot};

use super::super::words::{angle_name, channel_name, slot_name};
use crate::components::{Choice, Clash, Difference};

/// What a person can change.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::pages::campaigns) struct Edited {
    pub name: String,
    /// None for a campaign that is written from its brief alone.
    pub segment: Option<String>,
    pub draft: Draft,
    pub plan: Plan,
}

/// What undo goes through.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::pages::campaigns) struct Work {
    pub draft: Draft,
    pub plan: Plan,
}

impl Edited {
    pub(in crate::pages::campaigns) fn of(campaign: &Campaign) -> Self {
        let segment = campaign.row.segment.as_ref().map(|segment| segment.id.clone());
        Self { name: campaign.row.name.clone(), segment, draft: campaign.draft.clone(), plan: campaign.plan.clone() }
    }

    pub(in crate::pages::campaigns) fn work(&self) -> Work {
        Work { draft: self.draft.clone(), plan: self.plan.clone() }
    }

    pub(in crate::pages::campaigns) fn take(&mut self, Work { draft, plan }: Work) {
        (self.draft, self.plan) = (draft, plan);
    }

    /// What stands in the way of saving it, by field.
    pub(in crate::pages::campaigns) fn check(&self) -> BTreeMap<String, String> {
        let mut wrong = self.draft.check();
        wrong.extend(self.check_plan().into_iter().map(|(field, fix)| (format!("plan.{field}"), fix)));
        wrong
    }

    /// Of the plan alone.
    pub(in crate::pages::campaigns) fn check_plan(&self) -> BTreeMap<String, String> {
        self.plan.check(&self.draft).err().unwrap_or_default()
    }
}

/// What becomes of mine and theirs, both made from `base`.
pub(in crate::pages::campaigns) enum Met {
    /// Nobody changed what the other changed.
    Apart(Edited),
    /// Somebody has to choose: with all that needs no choice in it already, and what is theirs.
    Clash { merged: Edited, clash: Clash },
}

/// `version` is theirs; `id` names the campaign in the audit log.
pub(in crate::pages::campaigns) fn meet(base: &Edited, mine: &Edited, theirs: &Edited, version: u32, id: &str) -> Met {
    let (work, both) = join_work(&base.work(), &mine.work(), &theirs.work());
    let (name, name_clash) = one(&base.name, &mine.name, &theirs.name);
    let (segment, segment_clash) = one(&base.segment, &mine.segment, &theirs.segment);
    let merged = Edited { name, segment, draft: work.draft, plan: work.plan };
    let plain = |edited: &Edited| edited.segment.clone().unwrap_or_else(|| "written from a brief".to_owned());
    let json = [base, mine, theirs].map(|edited| json_of(&edited.work()));
    let of_work = both.iter().filter_map(|path| {
        let told = |json: &Value| match (path.starts_with("plan."), at(json, path)) {
            (true, value) => told_of_plan(value),
            (false, value) => told(value),
        };
        let [before, yours, stands] = [&json[0], &json[1], &json[2]].map(told);
        Difference::between(path.clone(), &label(path), before, stands, yours)
    });
    let differences: Vec<Difference> = name_clash
        .then(|| Difference::between("name", "Name", base.name.clone(), theirs.name.clone(), mine.name.clone()))
        .into_iter()
        .chain(segment_clash.then(|| Difference::between("segment", "For", plain(base), plain(theirs), plain(mine))))
        .flatten()
        .chain(of_work)
        .collect();
    if differences.is_empty() && !name_clash && !segment_clash && both.is_empty() {
        return Met::Apart(merged);
    }
    Met::Clash { merged, clash: Clash { version, differences, told_by: format!("object=campaign:{id}") } }
}

/// `merged` with what `choice` leaves to them.
pub(in crate::pages::campaigns) fn chosen(merged: &Edited, theirs: &Edited, clash: &Clash, choice: &Choice) -> Edited {
    let mut edited = merged.clone();
    let (mut json, their_json) = (json_of(&merged.work()), json_of(&theirs.work()));
    for difference in clash.differences.iter().filter(|difference| !choice.keeps(&difference.name)) {
        match difference.name.as_str() {
            "name" => edited.name = theirs.name.clone(),
            "segment" => edited.segment = theirs.segment.clone(),
            path => put(&mut json, path, at(&their_json, path).cloned()),
        }
    }
    if let Some(work) = work_of(json) {
        edited.take(work);
    }
    edited
}

/// Two people's work on what both began with, and the paths of the fields that both changed: those are mine.
pub(in crate::pages::campaigns) fn join_work(base: &Work, mine: &Work, theirs: &Work) -> (Work, Vec<String>) {
    let (joined, both) = merge_values(&json_of(base), &json_of(mine), &json_of(theirs));
    match work_of(joined) {
        Some(work) => (work, both),
        None => (mine.clone(), vec![String::new()]),
    }
}

/// The draft with the plan within it, whose steps stand under their numbers: they are the same ones wherever they are moved.
fn json_of(work: &Work) -> Value {
    let mut json = serde_json::to_value(&work.draft).unwrap_or_default();
    let mut plan = serde_json::to_value(&work.plan).unwrap_or_default();
    let steps: Map<String, Value> =
        work.plan.steps.iter().map(|step| (step.id.to_string(), serde_json::to_value(step).unwrap_or_default())).collect();
    if let Some(plan) = plan.as_object_mut() {
        plan.insert("steps".to_owned(), Value::Object(steps));
    }
    if let Some(json) = json.as_object_mut() {
        json.insert("plan".to_owned(), plan);
    }
    json
}

fn work_of(mut json: Value) -> Option<Work> {
    let mut plan = json.as_object_mut()?.remove("plan")?;
    let steps = plan.get_mut("steps")?;
    let mut read: Vec<PlanStep> =
        steps.as_object()?.values().map(|step| serde_json::from_value(step.clone())).collect::<Result<_, _>>().ok()?;
    read.sort_by_key(|step| (step.day, step.id));
    *steps = serde_json::to_value(read).ok()?;
    Some(Work { draft: serde_json::from_value(json).ok()?, plan: serde_json::from_value(plan).ok()? })
}

/// One field of three: what stands, and whether both changed it to something else.
fn one<T: Clone + PartialEq>(base: &T, mine: &T, theirs: &T) -> (T, bool) {
    match (mine == base, theirs == base || theirs == mine) {
        (true, _) => (theirs.clone(), false),
        (false, true) => (mine.clone(), false),
        (false, false) => (mine.clone(), true),
    }
}

/// `steps[1].parts.opening` as `/steps/1/parts/opening`.
fn pointer(path: &str) -> String {
    let mut pointer = String::from("/");
    for letter in path.chars() {
        match letter {
            '[' | '.' => pointer.push('/'),
            ']' => {}
            letter => pointer.push(letter),
        }
    }
    pointer
}

fn at<'a>(json: &'a Value, path: &str) -> Option<&'a Value> {
    json.pointer(&pointer(path))
}

/// Puts a value where a path leads, or takes it out.
fn put(json: &mut Value, path: &str, value: Option<Value>) {
    let pointer = pointer(path);
    let Some((parent, key)) = pointer.rsplit_once('/') else { return };
    match (json.pointer_mut(parent), value) {
        (Some(Value::Object(fields)), Some(value)) => drop(fields.insert(key.to_owned(), value)),
        (Some(Value::Object(fields)), None) => drop(fields.remove(key)),
        (Some(Value::Array(items)), Some(value)) => {
            if let Some(item) = key.parse().ok().and_then(|place: usize| items.get_mut(place)) {
                *item = value;
            }
        }
        _ => {}
    }
}

const NOTHING: &str = "left to the composer";

/// A value in words.
fn told(value: Option<&Value>) -> String {
    let Some(value) = value else { return NOTHING.to_owned() };
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    match (value.get("by").and_then(Value::as_str), value) {
        (Some("composer"), _) => NOTHING.to_owned(),
        (Some("pinned"), _) => format!("pinned: {}", text("block")),
        (Some("own"), _) => text("text"),
        (Some("model"), _) => format!("{} (by {})", text("text"), text("model")),
        (_, Value::Null) => String::new(),
        (_, Value::Bool(is_so)) => if *is_so { "yes" } else { "no" }.to_owned(),
        (_, Value::String(text)) => {
            let angle = Angle::of_code(text).map(angle_name);
            angle.map_or_else(|| text.clone(), str::to_owned)
        }
        (_, Value::Array(items)) => {
            let name = |item: &Value| {
                let code = item.as_str().unwrap_or_default();
                Channel::of_code(code).map_or_else(|| code.to_owned(), |channel| channel_name(channel).to_owned())
            };
            items.iter().map(name).collect::<Vec<_>>().join(", ")
        }
        (_, value) => value.to_string(),
    }
}

/// A value of the plan in words.
fn told_of_plan(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(Value::String(text)) => crate::format::words(text),
        Some(Value::Object(fields)) if fields.contains_key("day") => {
            format!("day {}", fields.get("day").map(ToString::to_string).unwrap_or_default())
        }
        Some(Value::Array(items)) => format!("{} of them", items.len()),
        Some(value) => value.to_string(),
    }
}

/// A path in words: "Mail 2, opening".
fn label(path: &str) -> String {
    if let Some(field) = path.strip_prefix("plan.") {
        let words: Vec<String> =
            field.split('.').map(|part| crate::format::words(part.trim_end_matches("_days")).to_lowercase()).collect();
        return format!("Plan, {}", words.join(" ").replace("steps ", "step "));
    }
    let field = path.rsplit(['.', ']']).find(|part| !part.is_empty()).unwrap_or(path);
    let words = match (path.contains(".subjects["), path.contains(".forms.")) {
        (true, _) => format!(
            "subject {}",
            path.rsplit('[').next().and_then(|rest| rest.trim_end_matches(']').parse().ok()).map_or(1, |at: usize| at + 1)
        ),
        (_, true) => {
            Channel::of_code(field).map_or_else(|| field.to_owned(), |channel| format!("text of {}", channel_name(channel)))
        }
        _ => match Slot::of_code(field) {
            Some(slot) => slot_name(slot).to_lowercase(),
            None => crate::format::words(field).to_lowercase(),
        },
    };
    let place = path.strip_prefix("steps[").and_then(|rest| rest.split(']').next()?.parse::<usize>().ok());
    match place {
        Some(place) => format!("Mail {}, {words}", place + 1),
        None => crate::format::words(&words),
    }
}

#[cfg(test)]
pub(in crate::pages::campaigns) mod tests {
    use shared::campaign::Audience;
    use shared::message::{Brief, Choice as Words};

    use super::*;

    fn base() -> Edited {
        Edited {
            name: "Spring".to_owned(),
            segment: Some("high-price".to_owned()),
            draft: Draft::new(Brief::default()),
            plan: plan(),
        }
    }

    pub(in crate::pages::campaigns) fn plan() -> Plan {
        let step = |id: u8, day: u16, message| PlanStep {
            id,
            day,
            message,
            channel: None,
            fallback: None,
            when: shared::campaign::When::default(),
        };
        Plan {
            kind: Default::default(),
            class: Default::default(),
            mode: Default::default(),
            audience: Audience::default(),
            holdout: Plan::HOLDOUT,
            steps: vec![step(1, 0, shared::offer::Step::Help), step(2, 5, shared::offer::Step::Proof)],
            routes: Vec::new(),
            goals: Vec::new(),
            budget: Default::default(),
            window_days: Plan::WINDOW_DAYS,
            click_days: Plan::CLICK_DAYS,
            priority: 50,
        }
    }

    fn own(text: &str) -> Words {
        Words::Own { text: text.to_owned() }
    }

    fn clash(mine: &Edited, theirs: &Edited) -> (Edited, Clash) {
        match meet(&base(), mine, theirs, 3, "c1") {
            Met::Clash { merged, clash } => (merged, clash),
            Met::Apart(_) => panic!("nobody has to choose"),
        }
    }

    #[test]
    fn changes_of_different_fields_are_joined_without_a_question() {
        let (mut mine, mut theirs) = (base(), base());
        mine.draft.steps[0].parts.insert(Slot::Opening, own("Mine."));
        theirs.draft.steps[0].parts.insert(Slot::Closing, own("Theirs."));
        theirs.name = "Summer".to_owned();
        let Met::Apart(merged) = meet(&base(), &mine, &theirs, 3, "c1") else { panic!("apart") };
        assert_eq!(merged.name, "Summer");
        assert_eq!(merged.draft.steps[0].parts.len(), 2);
    }

    #[test]
    fn what_both_changed_is_asked_about_in_words_and_put_as_chosen() {
        let (mut mine, mut theirs) = (base(), base());
        mine.draft.steps[1].parts.insert(Slot::Opening, own("Mine."));
        theirs.draft.steps[1].parts.insert(Slot::Opening, own("Theirs."));
        mine.draft.steps[2].subjects[1] = own("My subject");
        theirs.draft.steps[2].subjects[1] = Words::Pinned { block: "subject.a".to_owned() };
        mine.draft.steps[3].after_days = 4;
        theirs.name = "Summer".to_owned();
        let (merged, clash) = clash(&mine, &theirs);
        let told: Vec<_> =
            clash.differences.iter().map(|one| (one.label.as_str(), one.theirs.as_str(), one.yours.as_str())).collect();
        let expected = [("Mail 2, opening", "Theirs.", "Mine."), ("Mail 3, subject 2", "pinned: subject.a", "My subject")];
        assert_eq!(told, expected);
        let stands = chosen(&merged, &theirs, &clash, &clash_choice(&["steps[1].parts.opening"], &clash));
        assert_eq!(stands.name, "Summer");
        assert_eq!(stands.draft.steps[1].parts.get(&Slot::Opening), Some(&own("Mine.")));
        assert_eq!(stands.draft.steps[2].subjects[1], theirs.draft.steps[2].subjects[1]);
        assert_eq!(stands.draft.steps[3].after_days, 4);
    }

    #[test]
    fn what_they_took_out_goes_where_theirs_is_chosen() {
        let mut first = base();
        first.draft.steps[4].parts.insert(Slot::Body, own("Old."));
        let (mut mine, theirs) = (first.clone(), base());
        mine.draft.steps[4].parts.insert(Slot::Body, own("New."));
        let Met::Clash { merged, clash } = meet(&first, &mine, &theirs, 3, "c1") else { panic!("a clash") };
        assert_eq!(clash.differences[0].theirs, "left to the composer");
        let stands = chosen(&merged, &theirs, &clash, &clash_choice(&[], &clash));
        assert!(stands.draft.steps[4].parts.is_empty());
    }

    #[test]
    fn a_step_is_the_same_one_wherever_each_has_moved_it() {
        let (mut mine, mut theirs) = (base(), base());
        mine.plan.steps[0].day = 9;
        mine.plan.steps.rotate_left(1);
        theirs.plan.steps[1].channel = Some(shared::campaign::Channel::Sms);
        theirs.plan.holdout = 200;
        let Met::Apart(merged) = meet(&base(), &mine, &theirs, 3, "c1") else { panic!("apart") };
        let told: Vec<_> = merged.plan.steps.iter().map(|step| (step.id, step.day, step.channel)).collect();
        assert_eq!(told, [(2, 5, Some(shared::campaign::Channel::Sms)), (1, 9, None)]);
        assert_eq!(merged.plan.holdout, 200);
        theirs.plan.steps[0].day = 3;
        let (_, clash) = clash(&mine, &theirs);
        let told = &clash.differences[0];
        assert_eq!((told.label.as_str(), told.theirs.as_str(), told.yours.as_str()), ("Plan, step 1 day", "3", "9"));
        let stands = chosen(&mine, &theirs, &clash, &clash_choice(&[], &clash));
        assert_eq!(stands.plan.steps.iter().find(|step| step.id == 1).map(|step| step.day), Some(3));
    }

    #[test]
    fn two_names_are_asked_about() {
        let (mut mine, mut theirs) = (base(), base());
        mine.name = "Mine".to_owned();
        theirs.name = "Theirs".to_owned();
        let (merged, clash) = clash(&mine, &theirs);
        assert_eq!((clash.differences.len(), clash.version, clash.apart()), (1, 3, None));
        assert_eq!(chosen(&merged, &theirs, &clash, &clash_choice(&[], &clash)).name, "Theirs");
    }

    fn clash_choice(mine: &[&str], clash: &Clash) -> Choice {
        Choice::of(clash.version, mine)
    }
}
