//! Tables as people make them.

use super::*;

fn table(text: &str) -> Brought {
    bring("table.csv", text.as_bytes())
}

#[test]
fn headers_have_many_names_and_separators() {
    for text in [
        "intent,question,answer\nreturn,Send back,Within 30 days\nreturn,Return it,\n",
        "Intent;Phrase;Response\nreturn;Send back;Within 30 days\nreturn;Return it;\n",
        "sep=;\r\nlabel;utterance;reply\r\nreturn;Send back;Within 30 days\r\nreturn;Return it;\r\n",
        "\u{feff}INTENT\tUtterance\tAnswers\nreturn\tSend back\tWithin 30 days\nreturn\tReturn it\t\n",
    ] {
        assert_eq!(counts(&table(text)), (1, 2, 1), "{text}");
    }
}

#[test]
fn columns_may_name_their_language() {
    let brought = table("intent,question_en,question_fi,answer_en,answer (fi)\nreturn,Send back,Palautus,Yes,Kyllä\n");
    let back = intent(&brought, "return");
    assert_eq!(back.phrases[1].language.as_ref().unwrap().as_str(), "fi");
    assert_eq!(back.answers[1].language.as_ref().unwrap().as_str(), "fi");
}

#[test]
fn lines_are_counted_whatever_ends_them() {
    for text in [
        "intent,question\na,ok\n\n,nothing\nb,\"two\nlines\"\n,nothing\n",
        "intent,question\r\na,ok\r\n\r\n,nothing\r\nb,\"two\r\nlines\"\r\n,nothing\r\n",
    ] {
        let brought = table(text);
        let places: Vec<_> = brought.skipped.iter().map(|skipped| skipped.location.as_str()).collect();
        assert_eq!(places, ["line 4", "line 7"], "{text:?}");
    }
}

#[test]
fn a_bad_row_hides_no_good_one() {
    let long = "x".repeat(501);
    let text =
        format!("intent,question,language\na,ok,en\n,nothing,en\nb,{long},en\nc,fine,klingon language\nd,good,en\n");
    let brought = table(&text);
    assert_eq!(counts(&brought), (4, 3, 0));
    let skipped: Vec<_> = brought.skipped.iter().map(|s| (s.location.as_str(), s.code)).collect();
    assert_eq!(skipped, [("line 3", "intent-missing"), ("line 4", "too-long"), ("line 5", "invalid")]);
}

#[test]
fn encodings_are_guessed() {
    let latin = b"intent,question,answer\nreturn,\xdcber die R\xfcckgabe,Innerhalb von 30 Tagen \xfcber die Website m\xf6glich\n";
    let brought = bring("table.csv", latin);
    assert_eq!(intent(&brought, "return").phrases[0].text.as_str(), "Über die Rückgabe");
    assert_eq!(brought.warnings[0].code, "encoding-guessed");
    let wide: Vec<u8> = "\u{feff}intent,question\na,hä\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(intent(&bring("table.csv", &wide), "a").phrases[0].text.as_str(), "hä");
    let bare: Vec<u8> = "intent,question\na,b\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refused(&bare, Some(Format::Csv)), "text-nul");
}

#[test]
fn rows_of_another_department_stay_out() {
    let mut file = file("table.csv", b"department,intent,question\nSales,a,b\nsupport,c,d\n");
    file.department = vec!["sales".to_owned()];
    let brought = read(&file, None).unwrap();
    assert_eq!(counts(&brought), (1, 1, 0));
    assert_eq!(brought.skipped[0].code, "other-department");
}

#[test]
fn tables_without_a_known_header_are_refused() {
    assert_eq!(refused(b"foo,bar\n1,2\n", Some(Format::Csv)), "csv-header");
}
