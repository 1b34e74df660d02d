//! Workers AI by the worker's own binding: what it is given, and the three shapes in which its models answer.

use serde::Serialize;
use serde_json::Value;

use super::{Answer, Ask, Provider, openai};
use crate::message::model::refusal::{Code, Refusal};

/// What the binding is given.
#[derive(Debug, Clone, Serialize)]
pub struct Input<'a> {
    messages: [Turn<'a>; 2],
    max_tokens: u32,
}

#[derive(Debug, Clone, Serialize)]
struct Turn<'a> {
    role: &'static str,
    content: &'a str,
}

impl<'a> Input<'a> {
    pub fn of(ask: &'a Ask) -> Self {
        let turn = |role, content| Turn { role, content };
        Self { messages: [turn("system", &ask.system), turn("user", &ask.user)], max_tokens: ask.most_tokens }
    }
}

/// What an error of the binding means, which says its number and some words.
pub fn refused(words: &str) -> Refusal {
    let words = words.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if has(&["4006", "3036", "neurons", "daily free allocation"]) {
        return Refusal::free(
            Code::Quota,
            "The day's allocation of Workers AI is used up: it starts anew at 00:00 UTC, or pays by use",
        );
    }
    if has(&["5007", "no such model", "5018"]) {
        return Refusal::free(
            Code::Account,
            "Workers AI knows no such model: copy its name from the list of models, with @cf/ before it",
        );
    }
    if has(&["3040", "capacity", "429", "too many requests"]) {
        return Refusal::free(Code::RateLimited, "Workers AI has no room for this model at the moment");
    }
    if has(&["3007", "timeout", "timed out"]) {
        return Refusal::charged(Code::TimedOut, "Workers AI took too long", None);
    }
    Refusal::charged(Code::Unusable, "Workers AI could not answer", None)
}

/// `{response, usage}` of most text models, the same within `result` as the REST interface wraps it, or a chat completion.
///
/// # Errors
/// Where it holds no words, or did not come to its end.
pub fn read(json: &Value) -> Result<Answer, Refusal> {
    let inner = json.get("result").filter(|result| result.is_object()).unwrap_or(json);
    if inner.get("choices").is_some() {
        return openai::read(Provider::WorkersAi, inner);
    }
    let usage = openai::usage(inner);
    let text = match inner.get("response") {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        // In JSON mode some models give the object itself.
        Some(object @ Value::Object(_)) => Some(object.to_string()),
        _ => None,
    };
    match text {
        Some(text) => Ok(Answer { text, usage }),
        None => Err(Refusal::charged(Code::Unusable, "The answer holds no words", usage)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Usage;
    use super::*;

    #[test]
    fn each_shape_of_an_answer_is_read() {
        let usage = json!({ "prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25 });
        let rest = json!({ "result": { "response": "{}", "usage": usage }, "success": true, "errors": [], "messages": [] });
        let binding = json!({ "response": "{}", "usage": usage });
        let object = json!({ "response": {}, "usage": usage });
        let chat = json!({ "choices": [{ "message": { "content": "{}" }, "finish_reason": "stop" }], "usage": usage });
        for shape in [rest, binding, object, chat] {
            let expected = Answer { text: "{}".to_owned(), usage: Some(Usage { input: 20, output: 5 }) };
            assert_eq!(read(&shape), Ok(expected), "{shape}");
        }
        for nothing in [json!({ "response": "" }), json!({}), json!(null), json!({ "result": "x" })] {
            assert_eq!(read(&nothing).expect_err("nothing").code, Code::Unusable, "{nothing}");
        }
    }

    #[test]
    fn an_error_of_the_binding_says_what_to_do_and_nothing_of_its_own_words() {
        for (words, code) in [
            ("AiError: 4006: you have used up your daily free allocation of 10,000 neurons", Code::Quota),
            ("InferenceUpstreamError: 3040: Capacity temporarily exceeded", Code::RateLimited),
            ("AiError: 5007: No such model @cf/x", Code::Account),
            ("AiError: 3007: request timed out", Code::TimedOut),
            ("something <b>else</b>", Code::Unusable),
        ] {
            let refusal = refused(words);
            assert_eq!(refusal.code, code, "{words}");
            assert!(!refusal.reason.contains('<'));
        }
    }
}
