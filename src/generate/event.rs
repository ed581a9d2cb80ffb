//! The event: one row of a click log, as the generator knows it.
//!
//! Things that are the same for a whole visit (device, place, referrer) are
//! shared by its events; products, devices and places are positions in the
//! plan's lists. The texts of the raw columns are made by `emit`.

use std::sync::Arc;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventType {
    /// A page that is not a product.
    PageView,
    /// A search, with its query.
    Search,
    /// A product's page.
    ProductView,
    /// A product put into the cart.
    AddToCart,
    /// A product taken out of the cart.
    RemoveFromCart,
    /// The checkout begun.
    Checkout,
    /// One line of an order paid, or the attempt.
    Purchase,
    /// One line of an order taken back, booked by the shop.
    Refund,
    /// The visitor logs in.
    Login,
}

impl EventType {
    /// The word in the raw column `event_type`.
    pub fn as_str(self) -> &'static str {
        match self {
            EventType::PageView => "page_view",
            EventType::Search => "search",
            EventType::ProductView => "product_view",
            EventType::AddToCart => "add_to_cart",
            EventType::RemoveFromCart => "remove_from_cart",
            EventType::Checkout => "checkout",
            EventType::Purchase => "purchase",
            EventType::Refund => "refund",
            EventType::Login => "login",
        }
    }
}

/// The page on which something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Page {
    /// The front page.
    Home,
    /// A list of a category's products.
    Category,
    /// A list of search results.
    Search,
    /// A product.
    Product,
    /// The cart.
    Cart,
    /// The checkout.
    Checkout,
    /// The thanks after an order.
    Confirmation,
    /// The login form.
    Account,
}

impl Page {
    /// The word in the raw column `page_type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Page::Home => "home",
            Page::Category => "category",
            Page::Search => "search",
            Page::Product => "product",
            Page::Cart => "cart",
            Page::Checkout => "checkout",
            Page::Confirmation => "confirmation",
            Page::Account => "account",
        }
    }
}

/// What became of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Paid.
    Success,
    /// Refused.
    Failure,
}

impl Outcome {
    /// The word in the raw column `outcome`.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Success => "success",
            Outcome::Failure => "failure",
        }
    }
}

/// What is the same for all events of a visit.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    /// The device or cookie: 64 random bits, fixed for its life.
    pub visitor_id: u64,
    /// The tracker's session: 128 random bits; none for what the shop books itself.
    pub session_id: Option<u128>,
    /// Position in the profile's devices; none for what the shop books itself.
    pub device: Option<usize>,
    /// Position in the list of countries.
    pub country: usize,
    /// Position in the country's list of cities.
    pub city: usize,
    /// IPv4 address; none for what the shop books itself.
    pub ip_address: Option<u32>,
    /// The page before the first one.
    pub referrer: Option<Arc<str>>,
    /// Campaign source.
    pub utm_source: Option<Arc<str>>,
    /// Campaign medium.
    pub utm_medium: Option<Arc<str>>,
    /// Campaign name.
    pub utm_campaign: Option<Arc<str>>,
    /// The arm of the experiment, a position in the profile's variants.
    pub variant: usize,
    /// Which kind of program it is, a position in the profile's; none for people. Known to the truth only.
    pub bot: Option<usize>,
}

/// One event. Times are milliseconds since 1970 UTC.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Unique id, the bits of a version 4 UUID.
    pub event_id: u128,
    /// When it happened.
    pub event_time: i64,
    /// When the collector got it.
    pub received_at: i64,
    /// What happened.
    pub event_type: EventType,
    /// Where on the site; none for what the shop books itself.
    pub page: Option<Page>,
    /// The account known at that moment, a user's number.
    pub user: Option<u64>,
    /// The words searched for.
    pub search_query: Option<Arc<str>>,
    /// The product, a position in the catalogue.
    pub product: Option<u32>,
    /// The category of a category page, a position in the profile's categories.
    pub category: Option<usize>,
    /// Unit price in cents.
    pub price: Option<i64>,
    /// Pieces.
    pub quantity: Option<u32>,
    /// The order: 64 random bits.
    pub order_id: Option<u64>,
    /// Position in the profile's payments.
    pub payment: Option<usize>,
    /// What became of a payment.
    pub outcome: Option<Outcome>,
    /// What is the same for the whole visit.
    pub visit: Arc<Visit>,
}

/// A session as it truly happened: what sessionization must find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrueSession {
    /// The visitor.
    pub visitor_id: u64,
    /// Number of the session among the visitor's, from 1.
    pub session_no: u32,
    /// Time of the first event, milliseconds since 1970 UTC.
    pub session_start: i64,
    /// Time of the last event.
    pub session_end: i64,
    /// Events.
    pub events: u32,
    /// The last account known in the session.
    pub user: Option<u64>,
    /// Who it truly was, logged in or not: a user's number; none for a program.
    pub owner: Option<u64>,
    /// The arm of the experiment, a position in the profile's variants.
    pub variant: usize,
    /// Which kind of program came, a position in the profile's; none for people.
    pub bot: Option<usize>,
    /// The tracker's id.
    pub session_id: u128,
}
