//! `index.html`: the shell's skeleton with the names of the built files in it.

use anyhow::{Result, bail};

/// Addresses of the built files.
pub struct Names {
    pub script: String,
    pub wasm: String,
    pub office: String,
    pub lab: String,
    pub gate: String,
    pub studio: String,
    pub press: String,
    pub worker: String,
    pub styles: String,
}

/// Fills the template. Every mark has to be there: a page without one would load nothing and say nothing.
pub fn fill(template: &str, names: &Names) -> Result<String> {
    let mut page = template.to_owned();
    for (mark, value) in [
        ("{{script}}", &names.script),
        ("{{wasm}}", &names.wasm),
        ("{{office}}", &names.office),
        ("{{lab}}", &names.lab),
        ("{{gate}}", &names.gate),
        ("{{studio}}", &names.studio),
        ("{{press}}", &names.press),
        ("{{worker}}", &names.worker),
        ("{{styles}}", &names.styles),
    ] {
        if !page.contains(mark) {
            bail!("app/index.html has no {mark}.");
        }
        page = page.replace(mark, value);
    }
    if let Some((_, rest)) = page.split_once("{{") {
        bail!("app/index.html has an unknown mark: {{{{{}.", rest.lines().next().unwrap_or_default());
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names {
            script: "/s.js".into(),
            wasm: "/s.wasm".into(),
            office: "/o.js".into(),
            lab: "/l.js".into(),
            gate: "/g.js".into(),
            studio: "/d.js".into(),
            press: "/p.js".into(),
            worker: "/w.js".into(),
            styles: "/s.css".into(),
        }
    }

    #[test]
    fn every_mark_is_filled_wherever_it_stands() {
        let marks = "{{styles}} {{script}} {{wasm}} {{office}} {{lab}} {{gate}} {{studio}} {{press}} {{worker}} {{script}}";
        assert_eq!(fill(marks, &names()).unwrap(), "/s.css /s.js /s.wasm /o.js /l.js /g.js /d.js /p.js /w.js /s.js");
    }

    #[test]
    fn a_missing_or_an_unknown_mark_is_an_error() {
        let refused = |template| fill(template, &names()).unwrap_err().to_string();
        assert!(
            refused("{{styles}} {{script}} {{wasm}} {{office}} {{lab}} {{gate}} {{studio}} {{press}}").contains("{{worker}}")
        );
        assert!(
            refused("{{styles}} {{script}} {{wasm}} {{office}} {{lab}} {{gate}} {{studio}} {{press}} {{worker}} {{title}}")
                .contains("{{title}}")
        );
    }
}
