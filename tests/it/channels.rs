//! The channel of a visit, case by case, as the published rules have it.

use std::fmt::Write as _;

use super::gold::Warehouse;

/// utm_source, utm_medium, utm_campaign, referrer, and the group they belong to.
const CASES: &[(&str, &str, &str, &str, &str)] = &[
    ("", "", "", "", "Direct"),
    ("(direct)", "(none)", "", "", "Direct"),
    ("(direct)", "(not set)", "", "", "Direct"),
    // The shop's own pages are no origin.
    ("", "", "", "https://www.shop.example/cart", "Direct"),
    ("google", "cpc", "2026-cross-network", "", "Cross-network"),
    ("newsletter", "email", "Cross-Network spring", "", "Cross-network"),
    ("amazon", "cpc", "", "", "Paid Shopping"),
    ("google", "cpc", "shopping-feed", "", "Paid Shopping"),
    ("bing", "ppc", "eshop", "", "Paid Shopping"),
    ("newsite", "paid", "the shop", "", "Paid Shopping"),
    // 'shop' within a word counts only at its start or after an e.
    ("google", "cpc", "workshop", "", "Paid Search"),
    ("google", "cpc", "", "https://www.google.com/", "Paid Search"),
    ("Google", "CPC", "Brand", "", "Paid Search"),
    ("www.google.de", "retargeting", "", "", "Paid Search"),
    ("duckduckgo.com", "paidsearch", "", "", "Paid Search"),
    ("facebook", "paid_social", "", "https://www.facebook.com/", "Paid Social"),
    ("l.instagram.com", "cpm", "", "", "Paid Social"),
    ("tiktok", "cpc", "", "", "Paid Social"),
    ("youtube", "cpv-cpc", "", "", "Paid Video"),
    ("vimeo.com", "paid-video", "", "", "Paid Video"),
    ("adnetwork", "display", "", "", "Display"),
    ("adnetwork", "banner", "", "", "Display"),
    ("adnetwork", "interstitial", "", "", "Display"),
    ("adnetwork", "cpm", "", "", "Display"),
    ("adnetwork", "cpc", "", "", "Paid Other"),
    ("adnetwork", "retargeting", "", "", "Paid Other"),
    // The expression has to hold for the whole medium.
    ("adnetwork", "unpaid", "", "", "Unassigned"),
    ("", "", "", "https://www.amazon.de/dp/1", "Organic Shopping"),
    ("newsletter", "email", "shop news", "", "Organic Shopping"),
    ("", "", "", "https://shopping.google.com/", "Organic Search"),
    ("", "", "", "https://m.facebook.com/", "Organic Social"),
    ("", "", "", "https://t.co/abc", "Organic Social"),
    ("", "", "", "https://groups.google.com/g/x", "Organic Social"),
    ("forum", "social-media", "", "", "Organic Social"),
    ("line", "", "", "", "Organic Social"),
    // A common word is a site's name only by itself.
    ("line.example", "referral", "", "", "Referral"),
    ("", "", "", "https://www.youtube.com/watch", "Organic Video"),
    ("partner", "webvideo", "", "", "Organic Video"),
    ("", "", "", "https://www.google.co.uk/search?q=lamp", "Organic Search"),
    ("", "", "", "https://search.yahoo.com/", "Organic Search"),
    ("catalogue", "organic", "", "", "Organic Search"),
    ("bing", "", "", "", "Organic Search"),
    ("", "", "", "https://blog.example/post", "Referral"),
    ("", "", "", "https://notgoogle.example/", "Referral"),
    ("partner", "referral", "", "", "Referral"),
    ("partner", "app", "", "", "Referral"),
    ("newsletter", "email", "week-1", "", "Email"),
    ("e-mail", "weekly", "", "", "Email"),
    ("crm", "e_mail", "", "", "Email"),
    ("deals", "affiliate", "", "https://deals.example/", "Affiliates"),
    ("radio", "audio", "", "", "Audio"),
    ("crm", "sms", "", "", "SMS"),
    ("sms", "campaign", "", "", "SMS"),
    ("crm", "web-push", "", "", "Mobile Push Notifications"),
    ("crm", "mobile-message", "", "", "Mobile Push Notifications"),
    ("firebase", "campaign", "", "", "Mobile Push Notifications"),
    ("crm", "letter", "", "", "Unassigned"),
    ("", "letter", "", "", "Unassigned"),
    ("", "", "spring", "", "Unassigned"),
];

#[test]
fn every_origin_has_the_channel_that_the_published_rules_give_it() {
    let mut csv =
        "event_id,visitor_id,event_time,event_type,page_url,utm_source,utm_medium,utm_campaign,referrer\n"
            .to_owned();
    for (number, (source, medium, campaign, referrer, _)) in CASES.iter().enumerate() {
        writeln!(
            csv,
            "00000000-0000-4000-8000-{number:012},v{number:03},2026-03-02T10:00:00Z,page_view,\
             https://shop.example/,{source},{medium},{campaign},{referrer}"
        )
        .unwrap();
    }
    let warehouse = Warehouse::of("channels", &[("events.csv", &csv)]);
    let found = warehouse.rows(
        "select channel_group from gold.fact_sessions as f
         inner join gold.dim_channel as c on f.channel_key = c.channel_key order by visitor_id",
    );
    assert_eq!(found.len(), CASES.len());
    for (case, found) in CASES.iter().zip(found) {
        assert_eq!(case.4, found, "{case:?}");
    }
    assert_eq!(
        warehouse
            .rows("select distinct is_paid, channel_group from gold.dim_channel where is_paid order by 2"),
        [
            "Cross-network",
            "Display",
            "Paid Other",
            "Paid Search",
            "Paid Shopping",
            "Paid Social",
            "Paid Video"
        ]
        .map(|group| format!("true {group}"))
    );
    assert_eq!(warehouse.rows("select count(distinct rules_version) from gold.dim_channel"), ["1"]);
}
