//! Bombs and hostile files: each is refused with its limit's name, and nothing panics.

use proptest::prelude::*;

use super::*;
use crate::exchange::{formats::csv, table};

#[test]
fn zips_are_bounded_by_name() {
    let zeros = vec![b' '; 2_000_000];
    assert_eq!(refused(&zipped(&[("nlu.yml", &zeros)]), None), "zip-ratio");
    let many: Vec<_> = (0..1_001).map(|n| format!("{n}.yml")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), b"a: 1".as_slice())).collect();
    assert_eq!(refused(&zipped(&many), None), "zip-entries");
    let inner = zipped(&[("nlu.yml", b"nlu: []")]);
    assert_eq!(refused(&zipped(&[("inner.zip", &inner)]), None), "zip-nested");
    for path in ["../nlu.yml", "a/../../nlu.yml", "/nlu.yml", "C:\\nlu.yml", "a\\..\\nlu.yml"] {
        assert_eq!(refused(&zipped(&[(path, b"nlu: []")]), None), "zip-path", "{path}");
    }
    assert_eq!(refused(b"PK\x03\x04 and so on", None), "zip-unreadable");
}

#[test]
fn links_and_doubled_names_are_refused() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.add_symlink("nlu.yml", "/etc/passwd", zip::write::SimpleFileOptions::default()).unwrap();
    assert_eq!(refused(&zip.finish().unwrap().into_inner(), None), "zip-link");
    let mut twice = zipped(&[("nlu1.yml", b"nlu: []"), ("nlu2.yml", b"nlu: []")]);
    for at in 0..twice.len() - 8 {
        if &twice[at..at + 8] == b"nlu2.yml" {
            twice[at + 3] = b'1';
        }
    }
    assert_eq!(refused(&twice, None), "zip-duplicate");
}

#[test]
fn tables_are_bounded_by_name() {
    let rows = format!("question\n{}", "a\n".repeat(100_001));
    assert_eq!(refused(rows.as_bytes(), Some(Format::Csv)), "csv-rows");
    let columns = format!("intent,question\na,b{}\n", ",c".repeat(256));
    assert_eq!(refused(columns.as_bytes(), None), "csv-columns");
    let cell = format!("intent,question\na,{}\n", "b".repeat(32 * 1024 + 1));
    assert_eq!(refused(cell.as_bytes(), None), "csv-cell");
}

#[test]
fn deep_and_unknown_files_are_refused() {
    assert_eq!(refused("[".repeat(100_000).as_bytes(), None), "json-depth");
    let own = format!(
        r#"{{"format":"guildhall","version":1,"intents":[],"definitions":[{{"source":"a","kind":"b","name":"c","json":{}}}]}}"#,
        "[".repeat(32) + &"]".repeat(32)
    );
    assert_eq!(bring("own.json", own.as_bytes()).definitions.len(), 1, "what was kept may be deep itself");
    let odd = own.replace(r#""kind":"b""#, r#""kind":"\u0000""#);
    assert_eq!(bring("own.json", odd.as_bytes()).skipped.len(), 1);
    assert_eq!(refused(b"{\"hello\": 1}", None), "format-unknown");
    assert_eq!(refused(b"\x7fELF\0\0", None), "text-nul");
    assert_eq!(refused(br#"{"format": "guildhall", "version": 9}"#, None), "format-version");
    assert_eq!(refused(&vec![b'a'; 20 * 1024 * 1024 + 1], None), "file-size");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_as_any_format(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0..Format::ALL.len()) {
        let file = File { bytes, ..File::default() };
        let _ = read(&file, Some(Format::ALL[at]));
        let _ = read(&file, None);
    }

    #[test]
    fn a_safe_cell_is_no_formula_and_comes_back(cell in "['=+@\\-\t\r\n＝＋－＠ a]{0,6}") {
        let safe = csv::safe(&cell);
        prop_assert!(!safe.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠']));
        prop_assert_eq!(table::plainly(&safe), cell);
    }

    #[test]
    fn any_text_as_any_format(text in "[#>@$\\-\\[\\]{}():,=\"'` a-c?\\n]{0,200}", at in 0..Format::ALL.len()) {
        let file = File { bytes: text.into_bytes(), ..File::default() };
        let _ = read(&file, Some(Format::ALL[at]));
    }

    #[test]
    fn broken_samples(cut in 0..5_000_usize, flip in any::<u8>()) {
        for sample in [sample!("rasa-financial-demo/nlu.yml"), sample!("dialogflow-es/es-agent.zip"),
            sample!("microsoft/FlightBooking.luis.json"), sample!("microsoft/HomeAutomation.lu")] {
            let mut bytes = sample.to_vec();
            let at = cut % bytes.len();
            bytes[at] ^= flip;
            let _ = read(&File { bytes, ..File::default() }, None);
            let _ = read(&File { bytes: sample[..at].to_vec(), ..File::default() }, None);
        }
    }
}
