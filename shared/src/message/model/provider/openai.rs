//! Chat completions: OpenAI's, and those of servers that speak like it.
//!
//! No temperature is sent: newer models refuse one that is not theirs.

use serde_json::{Map, Value, json};

use super::{Answer, Ask, Dialect, Format, Provider, Request, TokensName, Usage, of_trouble, trouble_of};
use crate::message::model::refusal::{Code, Refusal, code_like};

pub(super) fn request(model: &str, dialect: Dialect, ask: &Ask) -> Request {
    let mut body = Map::new();
    body.insert("model".to_owned(), json!(model));
    body.insert("messages".to_owned(), messages(ask));
    let tokens = match dialect.tokens {
        TokensName::New => "max_completion_tokens",
        TokensName::Old => "max_tokens",
    };
    body.insert(tokens.to_owned(), json!(ask.most_tokens));
    match dialect.format {
        Format::Schema => {
            let schema = json!({ "name": ask.name, "strict": true, "schema": ask.schema });
            body.insert("response_format".to_owned(), json!({ "type": "json_schema", "json_schema": schema }));
        }
        Format::Json => {
            body.insert("response_format".to_owned(), json!({ "type": "json_object" }));
        }
        Format::Words => {}
    }
    if dialect.stream {
        body.insert("stream".to_owned(), json!(true));
        if dialect.stream_options {
            body.insert("stream_options".to_owned(), json!({ "include_usage": true }));
        }
    }
    let headers = vec![("content-type", "application/json".to_owned())];
    Request { method: "POST", path: "/chat/completions", headers, body: Value::Object(body).to_string() }
}

pub(super) fn messages(ask: &Ask) -> Value {
    json!([{ "role": "system", "content": ask.system }, { "role": "user", "content": ask.user }])
}

/// A whole answer.
pub(super) fn read(provider: Provider, json: &Value) -> Result<Answer, Refusal> {
    if json.get("error").is_some_and(|error| !error.is_null()) {
        return Err(of_trouble(provider, &trouble_of(json)));
    }
    let usage = usage(json);
    let message = json.pointer("/choices/0/message");
    let refusal = message.and_then(|message| message.get("refusal")).is_some_and(|refusal| !refusal.is_null());
    let text = message.and_then(|message| text_of(message.get("content")?));
    // Some servers say nothing of how it ended: whether it is whole then shows in the JSON.
    let end = json.pointer("/choices/0/finish_reason").and_then(Value::as_str).unwrap_or("stop");
    ended(provider, end, refusal, text, usage)
}

/// What the end of an answer means.
pub(super) fn ended(
    provider: Provider,
    end: &str,
    is_refusal: bool,
    text: Option<String>,
    usage: Option<Usage>,
) -> Result<Answer, Refusal> {
    let refuse = |code, reason: String| Err(Refusal::charged(code, reason, usage));
    match end {
        _ if is_refusal => refuse(Code::Refused, "The model would not write this".to_owned()),
        "length" => refuse(Code::CutOff, "The answer was longer than it may be, and ended before its end".to_owned()),
        "content_filter" => refuse(Code::Refused, format!("A filter of {} held the answer back", provider.name())),
        "stop" | "eos" | "end_turn" => match text {
            Some(text) => Ok(Answer { text, usage }),
            None => refuse(Code::Unusable, "The answer holds no words".to_owned()),
        },
        other => refuse(Code::Unusable, format!("The answer ended in a way that we do not know ({})", code_like(other))),
    }
}

pub(super) fn usage(json: &Value) -> Option<Usage> {
    let count = |name: &str| json.pointer(&format!("/usage/{name}")).and_then(Value::as_u64);
    Some(Usage { input: count("prompt_tokens")?, output: count("completion_tokens")? })
}

/// Text, or a list of parts with text.
fn text_of(content: &Value) -> Option<String> {
    match content {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => Some(parts.iter().filter_map(|part| part.get("text")?.as_str()).collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask() -> Ask {
        Ask { system: "s".to_owned(), user: "u".to_owned(), most_tokens: 900, schema: json!({ "type": "object" }), name: "words" }
    }

    fn body(dialect: Dialect) -> Value {
        serde_json::from_str(&request("gpt-x", dialect, &ask()).body).expect("json")
    }

    #[test]
    fn a_request_says_what_the_server_knows_and_no_temperature() {
        let newest = body(Dialect::default());
        assert_eq!((newest["max_completion_tokens"].as_u64(), newest["max_tokens"].as_u64()), (Some(900), None));
        assert_eq!(newest.pointer("/response_format/json_schema/strict"), Some(&json!(true)));
        assert_eq!(
            (newest["stream"].as_bool(), newest.pointer("/stream_options/include_usage")),
            (Some(true), Some(&json!(true)))
        );
        let oldest = body(Dialect { tokens: TokensName::Old, format: Format::Words, stream_options: false, stream: false });
        assert_eq!(oldest["max_tokens"], json!(900));
        for absent in ["max_completion_tokens", "response_format", "stream", "stream_options", "temperature"] {
            assert!(oldest.get(absent).is_none(), "{absent}");
        }
        assert!(newest.get("temperature").is_none());
    }

    fn answer(end: &str, message: &Value) -> Result<Answer, Code> {
        let json = json!({
            "id": "chatcmpl-1", "object": "chat.completion",
            "choices": [{ "index": 0, "message": message, "logprobs": null, "finish_reason": end }],
            "usage": { "prompt_tokens": 19, "completion_tokens": 10, "total_tokens": 29 }
        });
        read(Provider::Openai, &json).map_err(|refusal| {
            assert_eq!(refusal.usage, Some(Usage { input: 19, output: 10 }), "what was written is paid for");
            refusal.code
        })
    }

    #[test]
    fn an_answer_counts_only_where_it_came_to_its_own_end() {
        let said = json!({ "role": "assistant", "content": "{}", "refusal": null });
        let usage = Some(Usage { input: 19, output: 10 });
        assert_eq!(answer("stop", &said), Ok(Answer { text: "{}".to_owned(), usage }));
        assert_eq!(answer("length", &said), Err(Code::CutOff));
        assert_eq!(answer("content_filter", &said), Err(Code::Refused));
        assert_eq!(answer("tool_calls", &said), Err(Code::Unusable));
        assert_eq!(answer("stop", &json!({ "content": null, "refusal": "I cannot" })), Err(Code::Refused));
        assert_eq!(answer("stop", &json!({ "content": null })), Err(Code::Unusable));
        let parts = json!({ "content": [{ "type": "text", "text": "{" }, { "type": "text", "text": "}" }] });
        assert_eq!(answer("stop", &parts).map(|answer| answer.text), Ok("{}".to_owned()));
    }

    #[test]
    fn an_error_in_the_place_of_an_answer_is_an_error() {
        let json = json!({ "error": { "type": "server_error", "message": "sk-canary" } });
        let refusal = read(Provider::Openai, &json).expect_err("an error");
        assert_eq!((refusal.code, refusal.is_free), (Code::Overloaded, false));
        assert_eq!(read(Provider::Openai, &json!([])).expect_err("nothing").code, Code::Unusable);
    }
}
