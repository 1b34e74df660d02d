//! Messages of Anthropic.
//!
//! Neither temperature nor its like is sent: versions from 2026-10-21 on refuse them, and older ones do without. Those versions take the
//! key as a bearer, older ones as `x-api-key`.

use serde_json::{Value, json};

use super::{Answer, Ask, Dialect, KeyHeader, Provider, Request, Usage, of_trouble, trouble_of};
use crate::message::model::refusal::{Code, Refusal, code_like};

const VERSION: &str = "2023-06-01";

/// From this version on the key is a bearer.
const BEARER_FROM: &str = "2026-10-21";

pub(super) fn request(model: &str, version: Option<&str>, dialect: Dialect, ask: &Ask) -> Request {
    let mut body = json!({
        "model": model,
        "max_tokens": ask.most_tokens,
        "system": ask.system,
        "messages": [{ "role": "user", "content": ask.user }],
    });
    if dialect.stream
        && let Some(body) = body.as_object_mut()
    {
        body.insert("stream".to_owned(), json!(true));
    }
    let version = version.unwrap_or(VERSION).to_owned();
    let headers = vec![("content-type", "application/json".to_owned()), ("anthropic-version", version)];
    Request { method: "POST", path: "/messages", headers, body: body.to_string() }
}

pub(super) fn key_header(version: Option<&str>) -> KeyHeader {
    if version.unwrap_or(VERSION) >= BEARER_FROM { KeyHeader::Bearer } else { KeyHeader::ApiKey }
}

/// A whole answer.
pub(super) fn read(json: &Value) -> Result<Answer, Refusal> {
    if json.get("type").and_then(Value::as_str) == Some("error") {
        return Err(of_trouble(Provider::Anthropic, &trouble_of(json)));
    }
    let blocks = json.get("content").and_then(Value::as_array);
    let text = blocks.map(|blocks| {
        let is_text = |block: &&Value| block.get("type").and_then(Value::as_str) == Some("text");
        blocks.iter().filter(is_text).filter_map(|block| block.get("text")?.as_str()).collect::<String>()
    });
    ended(json.get("stop_reason").and_then(Value::as_str), text, usage(json.get("usage")))
}

/// What the end of an answer means.
pub(super) fn ended(end: Option<&str>, text: Option<String>, usage: Option<Usage>) -> Result<Answer, Refusal> {
    let refuse = |code, reason: String| Err(Refusal::charged(code, reason, usage));
    match end {
        Some("end_turn" | "stop_sequence") => match text.filter(|text| !text.is_empty()) {
            Some(text) => Ok(Answer { text, usage }),
            None => refuse(Code::Unusable, "The answer holds no words".to_owned()),
        },
        Some("max_tokens") => refuse(Code::CutOff, "The answer was longer than it may be, and ended before its end".to_owned()),
        Some("model_context_window_exceeded") => {
            refuse(Code::CutOff, "The message and its facts are too long for this model".to_owned())
        }
        Some("refusal") => refuse(Code::Refused, "The model would not write this".to_owned()),
        Some(other) => refuse(Code::Unusable, format!("The answer ended in a way that we do not know ({})", code_like(other))),
        None => refuse(Code::Unusable, "The answer is none of Anthropic's messages".to_owned()),
    }
}

pub(super) fn usage(usage: Option<&Value>) -> Option<Usage> {
    let count = |name: &str| usage?.get(name)?.as_u64();
    // What was read from, or put into, the provider's cache is input as well.
    let cached = count("cache_read_input_tokens").unwrap_or(0) + count("cache_creation_input_tokens").unwrap_or(0);
    Some(Usage { input: count("input_tokens")?.saturating_add(cached), output: count("output_tokens")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask() -> Ask {
        Ask { system: "s".to_owned(), user: "u".to_owned(), most_tokens: 900, schema: Value::Null, name: "words" }
    }

    #[test]
    fn a_request_holds_what_every_version_takes() {
        let request = request("claude-x", None, Dialect::default(), &ask());
        let body: Value = serde_json::from_str(&request.body).expect("json");
        assert_eq!((request.path, body["max_tokens"].as_u64(), body["stream"].as_bool()), ("/messages", Some(900), Some(true)));
        for refused in ["temperature", "top_p", "top_k"] {
            assert!(body.get(refused).is_none(), "{refused}");
        }
        assert!(request.headers.contains(&("anthropic-version", VERSION.to_owned())));
        assert_eq!(
            [None, Some("2023-06-01"), Some("2026-10-21")].map(key_header),
            [KeyHeader::ApiKey, KeyHeader::ApiKey, KeyHeader::Bearer]
        );
    }

    fn answer(end: Value) -> Result<Answer, Code> {
        let json = json!({
            "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x",
            "content": [{ "type": "thinking", "thinking": "hm" }, { "type": "text", "text": "{}" }],
            "stop_reason": end, "stop_sequence": null, "usage": { "input_tokens": 12, "output_tokens": 6 }
        });
        read(&json).map_err(|refusal| refusal.code)
    }

    #[test]
    fn an_answer_counts_only_where_it_came_to_its_own_end() {
        assert_eq!(answer(json!("end_turn")), Ok(Answer { text: "{}".to_owned(), usage: Some(Usage { input: 12, output: 6 }) }));
        for (end, code) in [
            (json!("max_tokens"), Code::CutOff),
            (json!("model_context_window_exceeded"), Code::CutOff),
            (json!("refusal"), Code::Refused),
            (json!("tool_use"), Code::Unusable),
            (Value::Null, Code::Unusable),
        ] {
            assert_eq!(answer(end.clone()), Err(code), "{end}");
        }
        let error = json!({ "type": "error", "error": { "type": "overloaded_error", "message": "Overloaded" } });
        assert_eq!(read(&error).expect_err("an error").code, Code::Overloaded);
    }
}
