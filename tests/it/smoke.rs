//! A company stands.
use crate::house::*;
on_both! {
    fn a_company_stands(place) {
        let house = place.house();
        let t = std::time::Instant::now();
        let company = Company::found(&house, "acorn");
        let digest = place.digest();
        let before = digest.read();
        company.leader.client.get("/v1/me").is(200);
        assert_eq!(digest.read(), before);
        company.visitors[0].say("hello");
        assert_ne!(digest.read(), before);
        eprintln!("{before} {:?}", t.elapsed());
    }
}
