//! An answer as it arrives: as a stream of events where the server streams, else as one piece of JSON.

use serde_json::Value;

use super::{Answer, Provider, Usage, anthropic, of_trouble, openai, trouble_of, workers_ai};
use crate::message::model::refusal::{Code, Refusal};

/// The longest answer that is read: some hundred times what a message needs.
pub const MOST_BYTES: usize = 400_000;

/// Bytes of an answer, and what they say so far.
#[derive(Debug)]
pub struct Incoming {
    provider: Provider,
    is_stream: bool,
    /// A line that has not ended; the whole answer where it is no stream.
    buffer: Vec<u8>,
    bytes: usize,
    text: String,
    usage: Option<Usage>,
    end: Option<String>,
    is_refusal: bool,
    trouble: Option<Refusal>,
}

impl Incoming {
    /// `content_type` is the answer's: servers that do not stream answer a wish to stream with JSON.
    pub fn new(provider: Provider, content_type: Option<&str>) -> Self {
        let is_stream = content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("event-stream"));
        Self {
            provider,
            is_stream,
            buffer: Vec::new(),
            bytes: 0,
            text: String::new(),
            usage: None,
            end: None,
            is_refusal: false,
            trouble: None,
        }
    }

    /// Takes the next bytes; how many characters were written so far.
    ///
    /// # Errors
    /// Where the answer is longer than any that would be taken.
    pub fn push(&mut self, piece: &[u8]) -> Result<usize, Refusal> {
        self.bytes = self.bytes.saturating_add(piece.len());
        if self.bytes > MOST_BYTES {
            return Err(Refusal::charged(Code::Unusable, format!("The answer is larger than {MOST_BYTES} bytes"), self.usage));
        }
        self.buffer.extend_from_slice(piece);
        if !self.is_stream {
            return Ok(self.bytes);
        }
        while let Some(at) = self.buffer.iter().position(|byte| *byte == b'\n') {
            let rest = self.buffer.split_off(at + 1);
            let line = std::mem::replace(&mut self.buffer, rest);
            self.line(&line);
        }
        Ok(self.text.chars().count())
    }

    /// The whole answer.
    ///
    /// # Errors
    /// Why it is none.
    pub fn end(mut self) -> Result<Answer, Refusal> {
        if !self.is_stream {
            let unread = || Refusal::charged(Code::Unusable, "The answer is no JSON, or broke off", None);
            let json: Value = serde_json::from_slice(&self.buffer).map_err(|_| unread())?;
            return match self.provider {
                Provider::Openai => openai::read(self.provider, &json),
                Provider::Anthropic => anthropic::read(&json),
                Provider::WorkersAi => workers_ai::read(&json),
            };
        }
        let line = std::mem::take(&mut self.buffer);
        self.line(&line);
        if let Some(trouble) = self.trouble {
            return Err(Refusal { usage: trouble.usage.or(self.usage), ..trouble });
        }
        let Some(end) = self.end else {
            return Err(Refusal::charged(Code::CutOff, "The answer broke off before its end", None));
        };
        let text = Some(self.text).filter(|text| !text.is_empty());
        match self.provider {
            Provider::Anthropic => anthropic::ended(Some(&end), text, self.usage),
            provider => openai::ended(provider, &end, self.is_refusal, text, self.usage),
        }
    }

    fn line(&mut self, line: &[u8]) {
        let Some(data) = std::str::from_utf8(line).ok().and_then(|line| line.trim().strip_prefix("data:")) else { return };
        let Ok(event) = serde_json::from_str::<Value>(data.trim()) else { return };
        let is_error = event.get("error").is_some_and(|error| !error.is_null());
        if is_error {
            self.trouble = Some(of_trouble(self.provider, &trouble_of(&event)));
        } else if self.provider == Provider::Anthropic {
            self.anthropic(&event);
        } else {
            self.openai(&event);
        }
    }

    fn openai(&mut self, event: &Value) {
        if let Some(text) = event.pointer("/choices/0/delta/content").and_then(Value::as_str) {
            self.text.push_str(text);
        }
        self.is_refusal |= event.pointer("/choices/0/delta/refusal").is_some_and(|refusal| !refusal.is_null());
        if let Some(end) = event.pointer("/choices/0/finish_reason").and_then(Value::as_str) {
            self.end = Some(end.to_owned());
        }
        self.usage = openai::usage(event).or(self.usage);
    }

    fn anthropic(&mut self, event: &Value) {
        let count = |pointer: &str| event.pointer(pointer).and_then(Value::as_u64);
        match event.get("type").and_then(Value::as_str) {
            Some("message_start") => self.usage = anthropic::usage(event.pointer("/message/usage")),
            Some("content_block_delta") => {
                if let Some(text) = event.pointer("/delta/text").and_then(Value::as_str) {
                    self.text.push_str(text);
                }
            }
            Some("message_delta") => {
                if let Some(end) = event.pointer("/delta/stop_reason").and_then(Value::as_str) {
                    self.end = Some(end.to_owned());
                }
                let input = count("/usage/input_tokens").or(self.usage.map(|usage| usage.input));
                if let (Some(input), Some(output)) = (input, count("/usage/output_tokens")) {
                    self.usage = Some(Usage { input, output });
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: Option<&str> = Some("text/event-stream; charset=utf-8");

    /// Takes the answer a piece of so many bytes at a time.
    fn read(provider: Provider, kind: Option<&str>, body: &str, size: usize) -> Result<Answer, Refusal> {
        let mut incoming = Incoming::new(provider, kind);
        for piece in body.as_bytes().chunks(size) {
            incoming.push(piece)?;
        }
        incoming.end()
    }

    const OPENAI: &str = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n\
        data: {\"choices\":[{\"delta\":{\"content\":\"{\\\"a\\\":\"}}]}\r\n\r\n: a comment\n\
        data: {\"choices\":[{\"delta\":{\"content\":\"\\\"ü\\\"}\"}}]}\n\n\
        data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
        data: {\"choices\":[],\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":10}}\n\ndata: [DONE]\n\n";

    const ANTHROPIC: &str = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}\n\n\
        event: ping\ndata: {\"type\":\"ping\"}\n\n\
        event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"{\\\"a\\\":\\\"ü\\\"}\"}}\n\n\
        event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":15}}\n\n\
        event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

    #[test]
    fn a_stream_says_the_same_however_it_is_cut() {
        for size in [1, 2, 3, 7, 64, 10_000] {
            let usage = Some(Usage { input: 19, output: 10 });
            assert_eq!(read(Provider::Openai, STREAM, OPENAI, size), Ok(Answer { text: "{\"a\":\"ü\"}".to_owned(), usage }));
            let usage = Some(Usage { input: 25, output: 15 });
            assert_eq!(
                read(Provider::Anthropic, STREAM, ANTHROPIC, size),
                Ok(Answer { text: "{\"a\":\"ü\"}".to_owned(), usage })
            );
        }
    }

    #[test]
    fn a_stream_that_breaks_off_anywhere_is_no_answer() {
        for (provider, body, end) in [
            (Provider::Openai, OPENAI, "\"finish_reason\":\"stop\"}]}"),
            (Provider::Anthropic, ANTHROPIC, "\"output_tokens\":15}}"),
        ] {
            let whole = body.find(end).expect("an end") + end.len();
            for at in 0..whole {
                let Some(part) = body.get(..at) else { continue };
                let refusal = read(provider, STREAM, part, 50).expect_err("cut");
                assert_eq!(refusal.code, Code::CutOff, "{at}");
            }
        }
    }

    #[test]
    fn an_error_in_the_middle_is_an_error_and_the_words_before_it_are_dropped() {
        let error =
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";
        let begin = ANTHROPIC.split("event: message_delta").next().expect("a beginning");
        let refusal = read(Provider::Anthropic, STREAM, &format!("{begin}{error}"), 9).expect_err("an error");
        assert_eq!((refusal.code, refusal.is_free, refusal.is_final), (Code::Overloaded, false, false));
        assert_eq!(refusal.usage, Some(Usage { input: 25, output: 1 }));
    }

    #[test]
    fn json_in_the_place_of_a_stream_is_read_as_json_and_a_part_of_it_is_not() {
        let json = r#"{"choices":[{"message":{"content":"{}"},"finish_reason":"stop"}]}"#;
        assert_eq!(read(Provider::Openai, Some("application/json"), json, 5).map(|answer| answer.text), Ok("{}".to_owned()));
        let refusal = read(Provider::Openai, None, &json[..40], 5).expect_err("a part");
        assert_eq!(refusal.code, Code::Unusable);
    }

    #[test]
    fn an_answer_without_end_is_given_up() {
        let mut incoming = Incoming::new(Provider::Openai, STREAM);
        let piece = [b'x'; 10_000];
        let taken = (0..1_000).take_while(|_| incoming.push(&piece).is_ok()).count();
        assert_eq!(taken, MOST_BYTES / piece.len());
    }
}
