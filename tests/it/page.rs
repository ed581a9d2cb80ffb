//! The page in a real, headless Chromium, from a file:// address: no console error, every chart drawn,
//! figures equal to gold, filters that change them, names that cannot break out.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::workdir::Workdir;

/// The browser, where there is one; says so where not.
fn browser() -> Option<PathBuf> {
    let named = std::env::var_os("CHROME").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let known = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let found = named.or_else(|| {
        std::env::split_paths(&path)
            .flat_map(|folder| known.map(|name| folder.join(name)))
            .find(|program| program.is_file())
    });
    if found.is_none() {
        eprintln!("skipped what needs a browser: no chromium on the PATH (sudo apt-get install chromium)");
    }
    found
}

/// What a script found on the page, and what the browser's console said.
struct Probed {
    found: Value,
    console: Vec<String>,
}

/// Opens the page with that hash and runs `script` in it, the body of an async function.
fn probe(browser: &Path, dir: &Workdir, hash: &str, script: &str) -> Probed {
    let html = fs::read_to_string(dir.path("reports/index.html")).unwrap();
    let driver = format!(
        "<script>(async () => {{ let found; try {{ found = await (async () => {{ {script} }})(); }} \
         catch (error) {{ found = {{ error: String(error.stack) }}; }} \
         const place = document.createElement('script'); place.type = 'application/json'; place.id = 'probe'; \
         place.textContent = JSON.stringify(found).replaceAll('<', '\\\\u003c'); document.body.append(place); \
         }})();</script>"
    );
    let end = html.rfind("</body>").unwrap();
    let page = dir.write("probe.html", format!("{}{driver}{}", &html[..end], &html[end..]));
    let (out, err) = (dir.path("browser.out"), dir.path("browser.err"));
    let mut child = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            "--window-size=1280,1000",
        ])
        .args(["--virtual-time-budget=10000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", dir.path("browser").display()))
        .arg(format!("file://{}#{hash}", page.display()))
        .stdin(Stdio::null())
        .stdout(File::create(&out).unwrap())
        .stderr(File::create(&err).unwrap())
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_secs(300);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > until {
            child.kill().unwrap();
            panic!("the browser does not end: {}", fs::read_to_string(&err).unwrap());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let dom = fs::read_to_string(&out).unwrap();
    let console = fs::read_to_string(&err).unwrap();
    let console = console.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect();
    let Some((_, rest)) = dom.split_once("id=\"probe\">") else {
        panic!("the page did not come to its end: {console:?}");
    };
    let found = serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap();
    Probed { found, console }
}

impl Probed {
    /// What was found, where the console is silent and the script ended well.
    fn clean(self) -> Value {
        assert_eq!(self.console, Vec::<String>::new());
        assert_eq!(self.found.get("error"), None, "{}", self.found);
        self.found
    }
}

/// Every key figure, as the page holds it.
const FIGURES: &str = "Object.fromEntries([...document.querySelectorAll('.card data')].map((figure) => \
     [figure.id.replace('figure-', ''), Number(figure.value)]))";

/// The same from gold: what was sold and what was visited on days and devices.
fn gold(dir: &Workdir, days: &str, devices: &str) -> Value {
    let number = |sql: &str| dir.row(sql).parse::<f64>().unwrap();
    let sessions = |expression: &str| {
        number(&format!(
            "select cast({expression} as double) from agg_session_daily as s \
             inner join dim_device as d on s.device_key = d.device_key where session_date {days} and {devices}"
        ))
    };
    let orders = |expression: &str| {
        number(&format!(
            "select cast({expression} as double) from fact_orders as s \
             inner join dim_device as d on s.device_key = d.device_key \
             inner join dim_visitors as v on s.visitor_id = v.visitor_id and not v.is_bot \
             where order_date {days} and {devices}"
        ))
    };
    json!({
        "revenue": orders("sum(revenue) * 100"),
        "orders": orders("count(*)"),
        "order_value": orders("sum(revenue) * 100") / orders("sum(priced_orders)"),
        "sessions": sessions("sum(sessions)"),
        "conversion": sessions("sum(converted_sessions)") / sessions("sum(sessions)"),
        "new_visitors": sessions("sum(case when is_new_visitor then sessions else 0 end)"),
        "bounce_rate": sessions("sum(bounced_sessions)") / sessions("sum(sessions)"),
        "abandonment": sessions("sum(abandoned_sessions)") / sessions("sum(cart_sessions)"),
    })
}

#[track_caller]
fn agree(page: &Value, gold: &Value) {
    for (name, expected) in gold.as_object().unwrap() {
        let (found, expected) = (page[name].as_f64().unwrap(), expected.as_f64().unwrap());
        assert!((found - expected).abs() < 1e-9, "{name}: {found} on the page, {expected} in gold");
    }
    assert_eq!(page.as_object().unwrap().len(), gold.as_object().unwrap().len());
}

fn made(flags: &str) -> Workdir {
    let dir = Workdir::new();
    dir.done(&format!("run --until transform {flags}"));
    let said = dir.done("report");
    assert!(said.lines().any(|line| line.starts_with("report.page ")), "{said}");
    dir
}

#[test]
fn figures_are_those_of_gold_and_follow_the_filters() {
    let Some(browser) = browser() else { return };
    let dir = made("--sessions 3000 --days 40");
    let all = probe(&browser, &dir, "", &format!("return {FIGURES}")).clean();
    agree(&all, &gold(&dir, "is not null", "true"));
    let total = dir.row("select cast(sum(revenue) * 100 as bigint) || ' ' || sum(orders) || ' ' || sum(sessions) from fact_daily_metrics");
    assert_eq!(format!("{} {} {}", all["revenue"], all["orders"], all["sessions"]), total);

    // By the address, then by hand: both give the figures of gold, which are others than before.
    let (days, devices) =
        ("between date '2026-01-20' and date '2026-02-05'", "device_type in ('mobile', 'tablet')");
    let expected = gold(&dir, days, devices);
    assert_ne!(expected["sessions"], all["sessions"]);
    let hash = "from=2026-01-20&to=2026-02-05&device=mobile&device=tablet";
    agree(&probe(&browser, &dir, hash, &format!("return {FIGURES}")).clean(), &expected);
    let by_hand = "
        const set = (id, value) => { byId(id).value = value; byId(id).dispatchEvent(new Event('change', { bubbles: true })); };
        const byId = (id) => document.getElementById(id);
        const before = byId('status').textContent;
        set('from', '2026-01-20');
        set('to', '2026-02-05');
        for (const name of ['mobile', 'tablet']) document.querySelector(`input[name=device][value=${name}]`).click();
        const changed = byId('status').textContent !== before;
        await new Promise((done) => setTimeout(done, 50));
        const address = location.hash;";
    let found =
        probe(&browser, &dir, "", &format!("{by_hand} return {{ figures: {FIGURES}, changed, address }}"))
            .clean();
    agree(&found["figures"], &expected);
    assert_eq!(found["changed"], true);
    assert_eq!(found["address"], format!("#{hash}"));
    let reset = format!("{by_hand} byId('reset').click(); return {FIGURES}");
    agree(&probe(&browser, &dir, "", &reset).clean(), &all);

    let channel = dir.row("select c.channel_group from agg_session_daily as s inner join dim_channel as c on s.channel_key = c.channel_key group by 1 order by sum(sessions) desc limit 1");
    let sessions = dir.row(&format!("select sum(sessions) from agg_session_daily as s inner join dim_channel as c on s.channel_key = c.channel_key where c.channel_group = '{channel}'"));
    let hash = format!("channel={}", channel.replace(' ', "+"));
    let found = probe(&browser, &dir, &hash, &format!("return {FIGURES}")).clean();
    assert_eq!(found["sessions"].to_string(), sessions);
}

/// Cells of a section's table, as it is copied: without the head.
const ROWS: &str = "const rows = (id) => document.querySelector(`#${id} .figures`).tsv().split('\\n').slice(0, -1)\
     .slice(1).map((line) => line.split('\\t'));";

#[test]
fn every_table_adds_up_to_gold() {
    let Some(browser) = browser() else { return };
    let dir = made("--sessions 3000 --days 70");
    let script = format!(
        "{ROWS} const ids = [...document.querySelectorAll('main section[id]')].map((section) => section.id).slice(1);
         return Object.fromEntries(ids.map((id) => [id, rows(id)]));"
    );
    let found = probe(&browser, &dir, "", &script).clean();
    let sum = |section: &str, column: usize| -> f64 {
        let rows = found[section].as_array().unwrap();
        assert!(!rows.is_empty(), "{section} has no rows");
        rows.iter().map(|row| row[column].as_str().unwrap().parse::<f64>().unwrap_or(0.0)).sum()
    };
    let number = |sql: &str| dir.row(sql).parse::<f64>().unwrap();
    let close = |what: &str, found: f64, sql: &str| {
        let expected = number(sql);
        assert!((found - expected).abs() < 0.001, "{what}: {found} on the page, {expected} in gold");
    };
    let days = "from fact_daily_metrics";
    close("visitors a day", sum("trend", 2), &format!("select sum(visitors) {days}"));
    close("revenue by day", sum("trend", 8), &format!("select cast(sum(revenue) as double) {days}"));
    close(
        "left in carts",
        sum("trend", 11),
        &format!("select cast(sum(potential_lost_revenue) as double) {days}"),
    );
    close("refunds", sum("trend", 12), &format!("select cast(sum(refund_amount) as double) {days}"));
    for (section, revenue) in [("channels-section", 7), ("devices-section", 7)] {
        close(section, sum(section, 1), &format!("select sum(sessions) {days}"));
        close(section, sum(section, revenue), &format!("select cast(sum(revenue) as double) {days}"));
    }
    let products = "from agg_product_daily";
    for (section, views) in [("categories", 1), ("products", 2)] {
        close(section, sum(section, views), &format!("select sum(views) {products}"));
        close(section, sum(section, views + 1), &format!("select sum(adds) {products}"));
        close(section, sum(section, views + 2), &format!("select sum(units) {products}"));
        close(section, sum(section, views + 3), &format!("select cast(sum(revenue) as double) {products}"));
    }
    close("hours", sum("hours", 2), &format!("select sum(sessions) {days} where is_complete"));
    close("cohorts", sum("cohorts", 3), "select sum(active_customers) from agg_retention_weekly");
    close("segments", sum("segments", 4), "select cast(sum(revenue) as double) from dim_users");
    let steps = &found["funnel"];
    for (place, step) in
        ["sessions", "reached_product_view", "reached_cart", "reached_checkout", "reached_purchase"]
            .iter()
            .enumerate()
    {
        assert_eq!(
            steps[place][1].as_str().unwrap(),
            dir.row(&format!("select sum({step}) from agg_session_daily"))
        );
        let strict = step.replace("reached", "strict");
        assert_eq!(
            steps[place][4].as_str().unwrap(),
            dir.row(&format!("select sum({strict}) from agg_session_daily"))
        );
    }
    let starts: f64 = found["journeys"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row[1] == "start")
        .map(|row| row[3].as_str().unwrap().parse::<f64>().unwrap())
        .sum();
    assert_eq!(starts, number("select sum(sessions) from agg_journey_daily where depth = 1"));
    let received = found["quality"].as_array().unwrap()[0][1].as_str().unwrap();
    assert_eq!(received, dir.row("select sum(rows) from bronze.batches where kind = 'events'"));
}

/// What a reader without eyes or mouse, or with other wishes, needs; returns what is missing.
const READABLE: &str = "
    const missing = [];
    const need = (is, what) => is || missing.push(what);
    const all = (selector) => [...document.querySelectorAll(selector)];
    for (const tag of ['header', 'main', 'nav', 'footer', 'h1']) need(all(tag).length > 0, tag);
    need(document.documentElement.lang, 'lang');
    for (const element of all('input, select')) need(element.labels.length > 0, `label of ${element.id || element.value}`);
    for (const element of all('button, a')) need(element.textContent.trim() || element.getAttribute('aria-label'), 'name of a button');
    for (const section of all('main section')) need(document.getElementById(section.getAttribute('aria-labelledby')), `heading of ${section.id}`);
    need(document.querySelector('#status[aria-live=polite]').textContent, 'status');
    const ids = all('[id]').map((element) => element.id);
    need(new Set(ids).size === ids.length, 'an id of its own for each');
    const charts = all('.chart').filter((chart) => !chart.parentElement.hidden);
    for (const chart of charts) {
        need(chart.getAttribute('role') === 'img' && chart.getAttribute('aria-label').length > 20, `description of ${chart.id}`);
        need(chart.querySelectorAll('svg path').length > 0, `drawing of ${chart.id}`);
        need(chart.closest('section').querySelectorAll('table tbody tr').length > 0, `table beside ${chart.id}`);
    }
    for (const empty of all('.empty').filter((empty) => !empty.hidden)) need(empty.textContent, 'a reason for no chart');
    return { missing, charts: charts.length };";

#[test]
fn the_page_is_drawn_and_readable_whatever_the_data() {
    let Some(browser) = browser() else { return };
    // A day; a log that is kept by the week; a log without an order, or even a product.
    let day = made("--sessions 200 --days 1");
    let years = made("--sessions 1500 --days 1095");
    let pages = Workdir::new();
    let mut log = "event_id,visitor_id,event_time,event_type\n".to_owned();
    for event in 0..30 {
        log +=
            &format!("e{event},v{},2026-03-0{}T1{}:00:00Z,page_view\n", event % 7, 1 + event % 5, event % 9);
    }
    pages.write("log.csv", log);
    pages.done("run --until transform --input log.csv");
    pages.done("report");
    for (dir, least) in [(&day, 9), (&years, 11), (&pages, 4)] {
        for theme in ["light", "dark"] {
            let found = probe(&browser, dir, &format!("theme={theme}"), READABLE).clean();
            assert_eq!(found["missing"], json!([]));
            assert!(found["charts"].as_u64().unwrap() >= least, "{found}");
        }
    }
    agree(
        &probe(&browser, &years, "", &format!("return {FIGURES}")).clean(),
        &gold(&years, "is not null", "true"),
    );
    // By the week, a range takes the weeks it touches, and the page shows which.
    let week = format!(
        "return {{ figures: {FIGURES}, from: document.getElementById('from').value, to: document.getElementById('to').value }}"
    );
    let found = probe(&browser, &years, "from=2027-02-03&to=2027-02-10", &week).clean();
    assert_eq!((&found["from"], &found["to"]), (&json!("2027-02-01"), &json!("2027-02-14")));
    agree(&found["figures"], &gold(&years, "between date '2027-02-01' and date '2027-02-14'", "true"));
    assert!(fs::metadata(years.path("reports/index.html")).unwrap().len() < 2_000_000);
}

#[test]
fn tables_sort_and_copy_and_the_theme_turns() {
    let Some(browser) = browser() else { return };
    let dir = made("--sessions 800 --days 14");
    let script = "
        const place = document.querySelector('#channels-section .figures');
        place.parentElement.open = true;
        const column = (at) => [...place.querySelectorAll('tbody tr')].map((row) => row.children[at].textContent);
        const press = (at) => place.querySelectorAll('thead button')[at].click();
        press(1);
        const falling = [column(1), place.querySelectorAll('thead th')[1].getAttribute('aria-sort')];
        press(1);
        const rising = [column(1), place.querySelectorAll('thead th')[1].getAttribute('aria-sort')];
        press(0);
        const names = column(0);
        const focus = document.activeElement.textContent;
        const tsv = place.tsv();
        const clipboard = [];
        Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { clipboard.push(text); } } });
        const button = place.querySelector('.table-tools button');
        button.click();
        await new Promise((done) => setTimeout(done, 50));
        const copied = [clipboard, button.textContent];
        const root = document.documentElement;
        const before = [root.dataset.theme, getComputedStyle(document.body).backgroundColor];
        document.getElementById('theme').click();
        const after = [root.dataset.theme, getComputedStyle(document.body).backgroundColor];
        return { falling, rising, names, focus, tsv, copied, before, after };";
    let found = probe(&browser, &dir, "theme=light", script).clean();
    let numbers = |side: &str| -> Vec<u64> {
        let cells = found[side][0].as_array().unwrap();
        cells.iter().map(|cell| cell.as_str().unwrap().replace(',', "").parse().unwrap()).collect()
    };
    let (falling, rising) = (numbers("falling"), numbers("rising"));
    assert!(falling.len() > 3 && falling.is_sorted_by(|a, b| a >= b), "{falling:?}");
    assert!(rising.is_sorted(), "{rising:?}");
    assert_eq!((&found["falling"][1], &found["rising"][1]), (&json!("descending"), &json!("ascending")));
    let names: Vec<_> =
        found["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert!(found["focus"] == "Channel", "the keyboard stays where it was");
    let tsv = found["tsv"].as_str().unwrap();
    assert!(tsv.starts_with("Channel\tSessions\tShare\t"), "{tsv}");
    assert_eq!(tsv.lines().count(), names.len() + 1);
    assert!(tsv.lines().all(|line| line.split('\t').count() == 11), "{tsv}");
    assert_eq!(found["copied"], json!([[tsv], "Copied"]), "the button copies the table");
    assert_eq!((&found["before"][0], &found["after"][0]), (&json!("light"), &json!("dark")));
    assert_ne!(found["before"][1], found["after"][1]);
}

#[test]
fn names_stay_names() {
    let evil = "</script><script>window.hurt=1</script><img src=x onerror=window.hurt=2>\"'&";
    let dir = Workdir::new();
    let quoted = evil.replace('"', "\"\"");
    let mut log = "event_id,visitor_id,event_time,event_type,product_id,price,order_id,device_type,category,utm_source,utm_medium\n".to_owned();
    for event in 0..12 {
        let kind = ["product_view", "add_to_cart", "purchase"][event % 3];
        let order = if kind == "purchase" { format!("o{event}") } else { String::new() };
        log += &format!(
            "e{event},v{},2026-03-0{}T10:0{}:00Z,{kind},\"{quoted}\",5.00,{order},\"{quoted}\",\"{quoted}\",\"{quoted}\",\"{quoted}\"\n",
            event / 3,
            1 + event / 6,
            event % 3
        );
    }
    dir.write("log.csv", log);
    dir.done("run --until transform --input log.csv");
    dir.done("report");
    let html = fs::read_to_string(dir.path("reports/index.html")).unwrap();
    assert_eq!(html.matches("</script>").count(), 3, "a name has ended a script");
    let Some(browser) = browser() else { return };
    let script = "const rows = document.querySelector('#funnel .figures').tsv().split('\\n').slice(0, -1);
        return { steps: rows.slice(1).map((row) => row.split('\\t')[0]), strict: rows.at(-1).split('\\t')[4], hurt: String(window.hurt), images: document.images.length,
        product: document.querySelector('#products tbody th').textContent,
        device: document.querySelector('#devices input').value }";
    let found = probe(&browser, &dir, "", script).clean();
    assert_eq!((&found["hurt"], &found["images"]), (&json!("undefined"), &json!(0)));
    assert!(found["product"].as_str().unwrap().contains(evil), "{found}");
    // This log knows no checkout: the step is left out, and orders after it are not known, not none.
    assert_eq!(found["steps"], json!(["All sessions", "Product view", "Cart", "Order"]));
    assert_eq!(found["strict"], "");
    assert_eq!(
        found["device"].as_str().unwrap(),
        dir.row("select device_type from dim_device where device_key <> -1")
    );
}

#[test]
fn the_same_data_give_the_same_page() {
    let dir = made("--sessions 300 --days 5");
    let first = fs::read(dir.path("reports/index.html")).unwrap();
    dir.done("report --threads 1");
    assert_eq!(fs::read(dir.path("reports/index.html")).unwrap(), first);
    // Who asks for one chart gets that one.
    dir.done("report --chart daily_trends --reports-dir one");
    assert!(!dir.path("one/index.html").exists());
    fs::create_dir_all(dir.path("reports2/index.html")).unwrap();
    let said = dir.refused(1, "report --reports-dir reports2");
    assert!(said.contains("index.html"), "{said}");
    assert!(dir.files("reports2").iter().all(|file| !file.ends_with(".tmp")), "nothing half-written stays");
}
