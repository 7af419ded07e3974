//! What Prometheus is shown, where, and what never stands in it.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::house::{Company, Contract, House, Place, Setup, Visitor};

fn watched(place: &Place) -> House {
    place.open(Setup { config: |config| config.metrics_listen = Some(([127, 0, 0, 1], 0).into()), ..Setup::default() })
}

/// Asks the inside listener: the status and the body.
fn ask(house: &House, method: &str, path: &str) -> (u16, String) {
    let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build();
    let target = format!("http://{}{path}", house.metrics.unwrap());
    let request = ureq::http::Request::builder().method(method).uri(target).body(()).unwrap();
    let mut answer = ureq::Agent::new_with_config(config).run(request).unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

fn scrape(house: &House) -> String {
    let (status, text) = ask(house, "GET", "/metrics");
    assert_eq!(status, 200);
    text
}

/// What stands behind a series.
fn value<'a>(text: &'a str, series: &str) -> &'a str {
    let value = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    let value = value.unwrap_or_else(|| panic!("no {series} in\n{text}"));
    value.strip_suffix(".0").unwrap_or(value)
}

on_both! {
    fn what_a_node_does_is_counted_and_what_people_say_is_not(place) {
        let house = watched(place);
        let company = Company::found(&house, "pine");
        let visitor = Visitor::come(&house, company.key());
        assert_eq!(visitor.say("qwxz vbnm plokij")["reply"]["kind"], "fallback");
        house.stranger().get("/v1/hidden-place?word=hidden").is(404);
        house.stranger().ask("FROBNICATE", "/v1/me").send();
        company.leader.client.get("/v1/departments/nowhere").is(404);

        let text = scrape(&house);
        let at = |series: &str| value(&text, series);
        let above = |series: &str, least: f64| assert!(at(series).parse::<f64>().unwrap() > least, "{series}");
        assert_eq!(at("guildhall_chat_messages_total{decision=\"answer\"}"), "2");
        assert_eq!(at("guildhall_chat_messages_total{decision=\"fallback\"}"), "1");
        let said = "method=\"POST\",route=\"/v1/chat/conversations/{conversation}/messages\"";
        assert_eq!(at(&format!("guildhall_http_requests_total{{{said},status=\"2xx\"}}")), "3");
        assert_eq!(at(&format!("guildhall_http_request_duration_seconds_count{{{said}}}")), "3");
        assert_eq!(at("guildhall_http_requests_total{method=\"GET\",route=\"none\",status=\"4xx\"}"), "1");
        assert_eq!(at("guildhall_http_requests_total{method=\"other\",route=\"/v1/me\",status=\"4xx\"}"), "1");
        assert_eq!(at("guildhall_http_problems_total{type=\"not-found\"}"), "2");
        assert_eq!(at("guildhall_builds_total{outcome=\"done\"}"), "2");
        assert_eq!(at("guildhall_build_duration_seconds_count"), "2");
        assert_eq!(at("guildhall_builds_total{outcome=\"given_up\"}"), "0");
        assert_eq!((at("guildhall_queue{kind=\"build\"}"), at("guildhall_queue_age_seconds{kind=\"build\"}")), ("0", "0"));
        assert_eq!((at("guildhall_live_bots"), at("guildhall_database_up")), ("1", "1"));
        above("guildhall_database_connections{state=\"idle\"}", 0.0);
        assert_eq!(at("guildhall_redis_configured"), if place.shared() { "1" } else { "0" });
        assert_eq!(at("guildhall_http_requests_under_way{room=\"chat\"}"), "0");
        above("process_resident_memory_bytes", 1e6);
        above("process_open_fds", 3.0);
        above("process_cpu_seconds_total", 0.0);

        for secret in ["ten_", "mem_", "con_", "pine", "guildhall.test", "hidden", "FROBNICATE", "qwxz", "nowhere"] {
            assert!(!text.contains(secret), "{secret} stands in the metrics");
        }
        // Asking for other things makes no other series.
        let series = text.lines().count();
        for n in 0..20 {
            house.stranger().get(&format!("/v1/hidden-{n}")).is(404);
            house.stranger().ask(&format!("FROB{n}"), &format!("/v1/departments/{n}")).send();
        }
        let again = scrape(&house).lines().count();
        assert!(again - series <= 20, "{series} lines, then {again}");
    }

    fn clients_see_no_metrics_and_the_inside_shows_nothing_else(place) {
        let house = watched(place);
        assert_eq!(house.stranger().get("/metrics").fails(404), "not-found");
        for path in ["/", "/livez", "/v1/me", "/docs/"] {
            assert_eq!(ask(&house, "GET", path), (404, String::new()), "{path}");
        }
        assert_eq!(ask(&house, "DELETE", "/metrics").0, 404);
        drop(house);
        let house = place.house();
        assert!(house.metrics.is_none());
        house.stranger().get("/metrics").is(404);
    }
}

#[test]
fn the_documentation_names_every_metric() {
    let place = Place::sqlite();
    let house = watched(&place);
    Company::found(&house, "pine");
    house.stranger().get("/v1/me").is(401);
    let text = scrape(&house);
    let mut labels: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, rest) = line.split_once('{').unwrap_or((line.split(' ').next().unwrap(), ""));
        let name = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        let names = rest.split('}').next().unwrap().split("\",").filter_map(|pair| pair.split_once('='));
        let names = names.map(|(label, _)| label.to_owned()).filter(|label| label != "le");
        let known = labels.entry(name.to_owned()).or_default();
        let found: Vec<String> = names.collect();
        if known.len() < found.len() {
            *known = found;
        }
    }
    let mut table = String::from("| Metric | Kind | Labels | Meaning |\n|---|---|---|---|\n");
    for line in text.lines().filter_map(|line| line.strip_prefix("# HELP ")) {
        let (name, help) = line.split_once(' ').unwrap();
        let kind = text.lines().find_map(|line| line.strip_prefix(&format!("# TYPE {name} "))).unwrap();
        let labels = labels.get(name).unwrap_or_else(|| panic!("{name} has no series"));
        let labels: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
        let labels = if labels.is_empty() { "–".to_owned() } else { labels.join(", ") };
        writeln!(table, "| `{name}` | {kind} | {labels} | {help} |").unwrap();
    }
    let page = include_str!("../../docs/operations.md");
    assert!(page.contains(&table), "write this into docs/operations.md:\n{table}");
    let routes = text.lines().filter_map(|line| line.split("route=\"").nth(1)?.split('"').next());
    let promised: Vec<_> = Contract::promised().operations().map(|operation| operation.path).collect();
    for route in routes {
        assert!(route == "none" || promised.contains(&route), "{route} is no path of the document");
    }
}
