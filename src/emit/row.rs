//! A row, cell by cell: the one place that says what stands in which column,
//! whatever the format.

use std::fmt::Write;

use crate::generate::{COUNTRIES, Event, EventType, Page, Plan, Product, User};

/// Takes the cells of a row in the order of its columns, then its end.
pub(super) trait Row {
    /// A text, or nothing.
    fn text(&mut self, value: Option<&str>);
    /// A moment in milliseconds since 1970 UTC, or nothing.
    fn time(&mut self, value: Option<i64>);
    /// Money in cents, or nothing.
    fn money(&mut self, cents: Option<i64>);
    /// A whole number, or nothing.
    fn count(&mut self, value: Option<u32>);
    /// The end of the row.
    fn end(&mut self);
    /// The text so far, where the format is text.
    fn text_so_far(&mut self) -> Option<&mut Vec<u8>> {
        None
    }
}

/// Writes an event. `scratch` is room for the texts that are put together here.
pub(super) fn event(plan: &Plan, event: &Event, scratch: &mut String, row: &mut impl Row) {
    let profile = plan.profile();
    let visit = event.visit.as_ref();
    let product = event.product.map(|product| &plan.products()[product as usize]);
    let category = product.map(|product| product.category).or(event.category);
    let category = category.map(|category| profile.category(category));
    let device = visit.device.map(|device| profile.device(device));
    let country = &COUNTRIES[visit.country];

    row.text(Some(made(scratch, |text| push_uuid(text, event.event_id))));
    row.text(Some(made(scratch, |text| push_visitor_id(text, visit.visitor_id))));
    row.text(event.user.map(|user| made(scratch, |text| push_user_id(text, user))));
    row.text(visit.session_id.map(|session| made(scratch, |text| push_uuid(text, session))));
    row.time(Some(event.event_time));
    row.time(Some(event.received_at));
    row.text(Some(event.event_type.as_str()));
    row.text(event.page.map(Page::as_str));
    row.text(event.page.map(|page| made(scratch, |text| push_url(text, plan, event, page))));
    row.text(event.search_query.as_deref());
    row.text(product.map(|product| made(scratch, |text| push_product_id(text, product.number))));
    row.text(category);
    row.text(product.map(|product| profile.brand(product.category, product.brand)));
    row.money(event.price);
    row.count(event.quantity);
    row.text(event.order_id.map(|order| made(scratch, |text| push_order_id(text, order))));
    row.text(event.payment.map(|payment| profile.payment(payment)));
    row.text(event.outcome.map(|outcome| outcome.as_str()));
    row.text(device.map(|device| device.device_type.as_str()));
    row.text(device.map(|device| device.browser.as_str()));
    row.text(device.map(|device| device.os.as_str()));
    row.text(device.map(|device| device.user_agent.as_str()));
    row.text(Some(country.name));
    row.text(Some(country.cities[visit.city].0));
    row.text(visit.ip_address.map(|address| made(scratch, |text| push_address(text, address))));
    row.text(visit.referrer.as_deref());
    row.text(visit.utm_source.as_deref());
    row.text(visit.utm_medium.as_deref());
    row.text(visit.utm_campaign.as_deref());
    // The shop books refunds outside any experiment.
    let tracked = event.event_type != EventType::Refund;
    row.text(tracked.then(|| profile.experiment()));
    row.text(tracked.then(|| profile.variant(visit.variant)));
    row.end();
}

/// Writes a user.
pub(super) fn user(user: &User, scratch: &mut String, row: &mut impl Row) {
    let country = &COUNTRIES[user.country];
    row.text(Some(made(scratch, |text| push_user_id(text, user.number))));
    row.text(Some(&user.name));
    row.text(Some(&user.email));
    row.text(Some(user.gender));
    row.count(u32::try_from(user.birth_year).ok());
    row.text(Some(country.cities[user.city].0));
    row.text(Some(country.name));
    row.text(Some(made(scratch, |text| push(text, format_args!("{}", user.signup_date)))));
    row.time(Some(user.updated_at));
    row.end();
}

/// Writes a product.
pub(super) fn product(plan: &Plan, product: &Product, scratch: &mut String, row: &mut impl Row) {
    let profile = plan.profile();
    row.text(Some(made(scratch, |text| push_product_id(text, product.number))));
    row.text(Some(&product.name));
    row.text(Some(profile.category(product.category)));
    row.text(Some(profile.brand(product.category, product.brand)));
    row.money(Some(product.list_price()));
    row.count(Some(product.stock()));
    let rating = product.rating;
    row.text(Some(made(scratch, |text| push(text, format_args!("{}.{}", rating / 10, rating % 10)))));
    row.count(Some(product.rating_count));
    row.time(Some(product.updated_at));
    row.end();
}

/// A text put together in the scratch.
fn made(scratch: &mut String, make: impl FnOnce(&mut String)) -> &str {
    scratch.clear();
    make(scratch);
    scratch
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = text.write_fmt(arguments);
}

/// A visitor's id: `v` and 16 hex digits.
pub(super) fn push_visitor_id(text: &mut String, id: u64) {
    text.push('v');
    push_hex(text, id, 16);
}

/// A user's id: `u` and the number from 1, at least seven digits.
pub(super) fn push_user_id(text: &mut String, number: u64) {
    push(text, format_args!("u{:07}", number + 1));
}

/// A product's id: `p` and the number from 1, at least six digits.
pub(super) fn push_product_id(text: &mut String, number: u32) {
    push(text, format_args!("p{:06}", u64::from(number) + 1));
}

/// An order's id: `o` and 16 hex digits.
fn push_order_id(text: &mut String, id: u64) {
    text.push('o');
    push_hex(text, id, 16);
}

/// 128 bits as a UUID is written.
pub(super) fn push_uuid(text: &mut String, bits: u128) {
    let (high, low) = ((bits >> 64) as u64, bits as u64);
    push_hex(text, high >> 32, 8);
    text.push('-');
    push_hex(text, high >> 16, 4);
    text.push('-');
    push_hex(text, high, 4);
    text.push('-');
    push_hex(text, low >> 48, 4);
    text.push('-');
    push_hex(text, low, 12);
}

/// The lowest `digits` hex digits of a number.
fn push_hex(text: &mut String, number: u64, digits: u32) {
    for digit in (0..digits).rev() {
        text.push(char::from(b"0123456789abcdef"[(number >> (4 * digit) & 15) as usize]));
    }
}

/// An IPv4 address.
fn push_address(text: &mut String, address: u32) {
    let [a, b, c, d] = address.to_be_bytes();
    push(text, format_args!("{a}.{b}.{c}.{d}"));
}

/// The address of a page.
fn push_url(text: &mut String, plan: &Plan, event: &Event, page: Page) {
    text.push_str(plan.profile().site());
    match page {
        Page::Home => text.push('/'),
        Page::Category => {
            text.push_str("/c/");
            if let Some(category) = event.category {
                text.extend(
                    plan.profile().category(category).chars().map(|c| if c == '.' { '/' } else { c }),
                );
            }
        }
        Page::Search => {
            text.push_str("/search?q=");
            for letter in event.search_query.as_deref().unwrap_or_default().chars() {
                match letter {
                    ' ' => text.push('+'),
                    letter if letter.is_ascii_alphanumeric() => text.push(letter),
                    letter => {
                        for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                            text.push('%');
                            push_hex(text, u64::from(byte), 2);
                        }
                    }
                }
            }
        }
        Page::Product => {
            text.push_str("/p/");
            if let Some(product) = event.product {
                push_product_id(text, product);
            }
        }
        Page::Cart => text.push_str("/cart"),
        Page::Checkout => text.push_str("/checkout"),
        Page::Confirmation => text.push_str("/checkout/thanks"),
        Page::Account => text.push_str("/account/login"),
    }
}
