//! The `.qna` text of Bot Framework: questions with one answer each.

use serde_json::json;

use crate::exchange::{
    Brought, Format, Rejected,
    gather::{At, Gathering, RawAnswer},
};

/// Reads a file.
pub fn read(text: &str) -> Result<Brought, Rejected> {
    let mut gather = Gathering::new(Format::Qna);
    let (mut at, mut answer): (Option<At>, Option<(String, String)>) = (None, None);
    // Whether the dashes are of questions, and not of filters or prompts.
    let mut asks = true;
    for (line, n) in text.lines().zip(1..) {
        let place = format!("line {n}");
        let trimmed = line.trim();
        if let Some((said, begun)) = &mut answer {
            if trimmed.starts_with("```") {
                if let Some(at) = at {
                    gather.answer(at, RawAnswer::of(said.trim_end(), None), begun.clone());
                }
                answer = None;
            } else {
                said.push_str(line);
                said.push('\n');
            }
        } else if let Some(question) = trimmed.strip_prefix("# ?") {
            let question = question.trim();
            at = gather.intent(&question.chars().take(100).collect::<String>(), &place);
            asks = true;
            if let Some(at) = at {
                gather.title(at, &question.chars().take(200).collect::<String>(), &place);
                gather.phrase(at, question, None, place);
            }
        } else if trimmed.starts_with("```") {
            answer = Some((String::new(), place));
        } else if trimmed.starts_with("**") {
            asks = false;
        } else if let (Some(said), Some(at)) = (trimmed.strip_prefix('-'), at) {
            if asks {
                gather.phrase(at, said.trim(), None, place);
            } else {
                gather.keep(at, "filters", json!([said.trim()]));
            }
        } else if !trimmed.is_empty() && !trimmed.starts_with(['>', '<']) {
            gather.skip(&place, "not-read", "is neither a question nor an answer".to_owned());
        }
    }
    if let Some((_, begun)) = answer {
        gather.skip(&begun, "unreadable", "the answer has no end".to_owned());
    }
    Ok(gather.done())
}
