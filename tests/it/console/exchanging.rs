//! Bringing a file in by a page: rehearsed, then done; and taking the draft out.

use super::{at_work, between};

const DESK: &str = "/console/departments/acorn-desk";
const TABLE: &str =
    "intent,phrase,answer\nparking,where can I park,Behind the shop.\nparking,is there a car park,\n,no intent,\n";

on_both! {
    fn a_file_is_rehearsed_then_brought_in_and_twice_is_once(place) {
        let (_house, _company, owner) = at_work(place);
        let at = format!("{DESK}/import");
        assert!(owner.open(&at, 200).contains("enctype=\"multipart/form-data\""));
        let report = owner.see(&owner.upload(&at, &[("format", "auto")], Some(("table.csv", TABLE.as_bytes()))));
        let page = report.text();
        assert_eq!(report.status, 200, "{page}");
        for part in ["«table.csv», read as csv.", "Left out", "Bring it into the draft"] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(owner.open(&format!("{DESK}/intents?q=parking"), 200).contains("No intent has these words"), "only rehearsed");
        let carried = between(&page, "name=\"carried\" value=\"", "\"").to_owned();
        let fields = [("format", "auto"), ("deed", "apply"), ("name", "table.csv"), ("carried", carried.as_str())];
        assert_eq!(owner.see(&owner.upload(&at, &fields, None)).status, 303);
        let list = owner.open(&format!("{DESK}/intents?q=parking"), 200);
        assert!(list.contains("1 intents new or changed, 2 new phrases"), "{list}");
        assert_eq!(list.matches("scope=\"row\"").count(), 1);
        let again = owner.see(&owner.upload(&at, &[("format", "csv")], Some(("table.csv", TABLE.as_bytes())))).text();
        assert!(again.contains("Nothing: all of it is in your draft already."), "{again}");
        let none = owner.see(&owner.upload(&at, &[("format", "auto")], None));
        assert!(none.status == 422 && none.text().contains("Please choose a file."));
        let blob = owner.see(&owner.upload(&at, &[("format", "auto")], Some(("x.xlsx", b"PK\x03\x04 no workbook"))));
        assert!(blob.status == 422 && blob.text().contains("Please look at this again"), "{}", blob.text());
        let large = vec![b'x'; 29 * 1024 * 1024];
        let large = owner.upload(&at, &[], Some(("large.csv", &large))).attempt();
        assert!(large.is_none_or(|answer| answer.status == 413));
    }

    fn a_draft_goes_out_as_a_file(place) {
        let (_house, _company, owner) = at_work(place);
        let csv = owner.see(&owner.page(&format!("{DESK}/export?format=csv")));
        assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"acorn-desk.csv\""));
        assert!(csv.status == 200 && csv.text().contains("return_item"));
        assert!(owner.see(&owner.page(&format!("{DESK}/export"))).text().starts_with('{'));
        owner.open(&format!("{DESK}/export?format=word"), 404);
    }
}
