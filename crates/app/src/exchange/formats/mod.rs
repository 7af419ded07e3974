//! The formats, one file each: from bytes to what they bring, and back where content can be taken out.

pub mod csv;
pub mod dialogflow_cx;
pub mod dialogflow_es;
pub mod guildhall;
pub mod lu;
pub mod luis;
pub mod qna;
pub mod qnabot;
pub mod rasa;
pub mod starchat;
