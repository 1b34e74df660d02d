//! What happened and how sure that is: survival and cohorts.
