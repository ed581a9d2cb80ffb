//! Writing a visit down, event by event, as time goes on.

use std::sync::Arc;

use super::Plan;
use super::event::{Event, EventType, Outcome, Page, Visit};
use super::journey::{self, Step};
use super::life::{Account, PlannedVisit};
use super::profile::BotKind;
use super::stream::{Purpose, Stream, id};

/// Writes down a visit's events, up to the visit's deadline.
pub(crate) struct Recorder<'a> {
    plan: &'a Plan,
    planned: &'a PlannedVisit,
    visit: Arc<Visit>,
    /// The account known by now.
    user: Option<u64>,
    /// Now.
    time: i64,
    /// The deadline has passed.
    over: bool,
    /// The page the visitor is on.
    page: Page,
    /// The category the visitor is in.
    category: usize,
    /// The products seen by now.
    seen: Vec<u32>,
    events: Vec<Event>,
}

impl<'a> Recorder<'a> {
    /// A visit that has not begun yet.
    pub(crate) fn new(plan: &'a Plan, planned: &'a PlannedVisit, visit: Arc<Visit>, category: usize) -> Self {
        Self {
            plan,
            planned,
            visit,
            user: (planned.account == Account::Known).then_some(planned.user),
            time: planned.start,
            over: false,
            page: Page::Home,
            category,
            seen: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Goes through the steps, with the pages before, between and after them.
    pub(crate) fn unfold(mut self, landing: Page, steps: &[Step], stream: &mut Stream) -> Vec<Event> {
        let pace = &self.plan.profile.pace;
        // Some people are quick, some slow.
        let mu = pace.mu + pace.visit_sigma * stream.normal();
        self.arrive(landing, steps.first(), stream);
        for step in steps {
            match step {
                // The visit lands on a product.
                _ if self.events.is_empty() => {}
                Step::LookAtCart | Step::LogIn | Step::Checkout => self.glance(stream),
                _ if self.seen.is_empty() => self.glance(stream),
                _ => self.approach(step, mu, stream),
            }
            if self.over {
                return self.events;
            }
            self.step(step, stream);
        }
        self.leave(stream);
        self.events
    }

    /// A program's visit: page after page, at its own pace.
    pub(crate) fn crawl(mut self, kind: &BotKind, stream: &mut Stream) -> Vec<Event> {
        let catalogue = &self.plan.catalogue;
        let count = catalogue.products.len();
        let pages = kind.least_pages + stream.below((kind.most_pages - kind.least_pages + 1) as usize) as u32;
        let is_in_order = stream.chance(kind.in_order);
        let mut product = stream.below(count);
        for _ in 0..pages {
            if stream.chance(kind.lists) {
                self.page = Page::Category;
                self.category = catalogue.category(stream);
                self.page(None, stream);
            } else {
                product = if is_in_order { product + 1 } else { stream.below(count) } % count;
                // What is not there yet is passed over; something always is.
                while catalogue.products[product].supply.launch_day > self.plan.calendar.day(self.time) {
                    product = (product + 1) % count;
                }
                self.step(&Step::View(product as u32), stream);
            }
            let seconds = kind.seconds * (kind.jitter * stream.normal()).exp();
            self.advance((seconds.clamp(0.02, self.plan.profile.pace.longest) * 1000.0) as i64);
            if self.over {
                break;
            }
        }
        self.events
    }

    /// The pages up to the first product, unless the visit lands on it.
    fn arrive(&mut self, landing: Page, first: Option<&Step>, stream: &mut Stream) {
        let target = match first {
            Some(Step::View(product)) => Some(*product),
            _ => None,
        };
        if landing == Page::Product && target.is_some() {
            return;
        }
        self.page = if landing == Page::Product { Page::Home } else { landing };
        self.page(target, stream);
        for page in journey::pages(&self.plan.profile, self.page, stream) {
            self.glance(stream);
            self.page = page;
            self.page(target, stream);
        }
    }

    /// The time until the next step that concerns a product, and the pages in it.
    fn approach(&mut self, step: &Step, mu: f64, stream: &mut Stream) {
        let profile = &self.plan.profile;
        let end = self.time + self.pause(mu, stream);
        if let Step::View(product) = step {
            self.category = self.plan.catalogue.products[*product as usize].category;
            let pages = if !self.seen.contains(product) {
                journey::pages(profile, self.page, stream)
            } else if stream.chance(profile.page.again) {
                vec![Page::Category]
            } else {
                Vec::new()
            };
            for (place, page) in pages.iter().enumerate() {
                // Each page takes about the same part of what is left of the time.
                let left = (pages.len() - place + 1) as f64;
                let share = stream.between(0.5, 1.5) / left;
                self.advance((((end - self.time) as f64 * share) as i64).max(1));
                self.page = *page;
                self.page(Some(*product), stream);
            }
        }
        self.advance((end - self.time).max(1));
    }

    /// The pages after the last step.
    fn leave(&mut self, stream: &mut Stream) {
        let pages = &self.plan.profile.page;
        let mut on = if self.events.len() == 1 { pages.on_after_landing } else { pages.on };
        while !self.over && stream.chance(on) {
            self.page = match journey::next_page(&self.plan.profile, self.page, stream) {
                Page::Product => Page::Category,
                next => next,
            };
            self.glance(stream);
            self.page(None, stream);
            on = pages.on;
        }
    }

    /// The length of a pause between two product events, in milliseconds.
    fn pause(&self, mu: f64, stream: &mut Stream) -> i64 {
        let pace = &self.plan.profile.pace;
        let seconds = if stream.chance(pace.pause) {
            stream.log_normal(pace.pause_mu, pace.pause_sigma)
        } else {
            stream.log_normal(mu, pace.sigma)
        };
        (seconds.clamp(pace.shortest, pace.longest) * 1000.0) as i64
    }

    /// Lets the time of a glance at a page pass.
    fn glance(&mut self, stream: &mut Stream) {
        let pace = &self.plan.profile.pace;
        let seconds = stream.log_normal(pace.browse_mu, pace.browse_sigma);
        self.advance((seconds.clamp(pace.shortest, pace.longest) * 1000.0) as i64);
    }

    /// Lets milliseconds pass.
    fn advance(&mut self, milliseconds: i64) {
        self.time += milliseconds;
        self.over |= self.time > self.planned.deadline;
    }

    /// The page the visitor is on, which is no product; `target` is the product looked for.
    fn page(&mut self, target: Option<u32>, stream: &mut Stream) {
        let (page, category) = (self.page, self.category);
        let event_type = if page == Page::Search { EventType::Search } else { EventType::PageView };
        let query = (page == Page::Search).then(|| self.query(target, stream));
        self.record(event_type, page, stream, |event| {
            event.search_query = query;
            event.category = (page == Page::Category).then_some(category);
        });
    }

    fn step(&mut self, step: &Step, stream: &mut Stream) {
        match step {
            Step::View(product) => {
                self.seen.push(*product);
                self.page = Page::Product;
                self.category = self.plan.catalogue.products[*product as usize].category;
                self.product(EventType::ProductView, *product, None, stream);
            }
            Step::Add(product, quantity) => {
                self.product(EventType::AddToCart, *product, Some(*quantity), stream);
            }
            Step::Remove(product, quantity) => {
                self.product(EventType::RemoveFromCart, *product, Some(*quantity), stream);
            }
            Step::LookAtCart => self.record(EventType::PageView, Page::Cart, stream, |_| {}),
            Step::LogIn => {
                self.user = Some(self.planned.user);
                self.record(EventType::Login, Page::Account, stream, |_| {});
            }
            Step::Checkout => self.record(EventType::Checkout, Page::Checkout, stream, |_| {}),
            Step::Pay { lines, payment, success } => {
                let order = id(
                    self.plan.seed,
                    Purpose::Id,
                    self.planned.user,
                    (u64::from(self.planned.number) << 8) | 0x13,
                );
                let page = if *success { Page::Confirmation } else { Page::Checkout };
                for (product, quantity) in lines {
                    let price = self.price(*product);
                    self.record(EventType::Purchase, page, stream, |event| {
                        event.product = Some(*product);
                        event.price = Some(price);
                        event.quantity = Some(*quantity);
                        event.order_id = Some(order);
                        event.payment = Some(*payment);
                        event.outcome = Some(if *success { Outcome::Success } else { Outcome::Failure });
                    });
                }
            }
        }
    }

    fn product(&mut self, event_type: EventType, product: u32, quantity: Option<u32>, stream: &mut Stream) {
        let price = self.price(product);
        let page = if event_type == EventType::RemoveFromCart { Page::Cart } else { Page::Product };
        self.record(event_type, page, stream, |event| {
            event.product = Some(product);
            event.price = Some(price);
            event.quantity = quantity;
        });
    }

    /// The price of a product at this moment.
    fn price(&self, product: u32) -> i64 {
        self.plan.catalogue.price(product, self.plan.calendar.day(self.time))
    }

    /// Words that lead to the product looked for, or into the category.
    fn query(&self, target: Option<u32>, stream: &mut Stream) -> Arc<str> {
        let kind = &self.plan.profile.category[self.category];
        let target = target.map(|product| &self.plan.catalogue.products[product as usize]);
        let noun = kind.noun.to_lowercase();
        let query = match (target, stream.below(4)) {
            (Some(product), 0) => product.name.to_lowercase(),
            (Some(product), 1) => kind.brands[product.brand].clone(),
            (Some(product), 2) => format!("{} {noun}", kind.brands[product.brand]),
            _ => noun,
        };
        Arc::from(query)
    }

    fn record(
        &mut self,
        event_type: EventType,
        page: Page,
        stream: &mut Stream,
        fill: impl FnOnce(&mut Event),
    ) {
        if self.over {
            return;
        }
        let mut event = Event {
            event_id: event_id(self.plan, self.planned, self.events.len() as u64),
            event_time: self.time,
            received_at: self.time + latency(self.plan, stream),
            event_type,
            page: Some(page),
            user: self.user,
            search_query: None,
            product: None,
            category: None,
            price: None,
            quantity: None,
            order_id: None,
            payment: None,
            outcome: None,
            visit: self.visit.clone(),
        };
        fill(&mut event);
        self.events.push(event);
    }
}

/// The id of the event at a place in a visit: version 4, variant 1.
pub(crate) fn event_id(plan: &Plan, planned: &PlannedVisit, place: u64) -> u128 {
    let visit = id(plan.seed, Purpose::Visit, planned.user, u64::from(planned.number));
    let high = id(visit, Purpose::Id, place, 0);
    let low = id(visit, Purpose::Id, place, 1);
    let high = (high & !0xf000) | 0x4000;
    let low = (low & !(0b11 << 62)) | (0b10 << 62);
    (u128::from(high) << 64) | u128::from(low)
}

/// Milliseconds until the collector has an event.
pub(crate) fn latency(plan: &Plan, stream: &mut Stream) -> i64 {
    stream.log_normal(plan.profile.pace.latency_mu, plan.profile.pace.latency_sigma) as i64
}
