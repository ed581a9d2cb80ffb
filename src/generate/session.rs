//! A session: a planned visit, event by event.

use std::sync::Arc;

use super::Plan;
use super::event::{Event, EventType, Outcome, Page, TrueSession, Visit};
use super::journey::{self, Step, Walk};
use super::life::{Account, Intent, PlannedVisit};
use super::profile::Channel;
use super::stream::{Purpose, Stream, id};
use super::user;

/// Makes the events of a planned visit, in order of time.
pub(crate) fn session(plan: &Plan, planned: &PlannedVisit) -> Vec<Event> {
    let mut stream = Stream::new(plan.seed, Purpose::Visit, planned.user, u64::from(planned.number));
    let stream = &mut stream;
    let profile = &plan.profile;

    let category = first_category(plan, planned.user, stream);
    let channel = &profile.channel[stream.weighted(profile.channel.iter().map(|channel| channel.weight))];
    let landing = [Page::Home, Page::Category, Page::Search, Page::Product]
        [stream.weighted(channel.landing.iter().copied())];
    let visit = Arc::new(circumstances(plan, planned, channel, category, stream));

    let mut walk = Walk::new(plan, category);
    let mut steps = journey::steps(plan, planned, &mut walk, stream);
    if planned.account == Account::LogsIn {
        // Buyers log in before they pay; others anywhere after the first step.
        let checkout = steps.iter().position(|step| *step == Step::Checkout);
        let place = match checkout.filter(|_| planned.intent == Intent::Buy) {
            Some(place) => place,
            None if steps.is_empty() => 0,
            None => 1 + stream.below(steps.len()),
        };
        steps.insert(place, Step::LogIn);
    }

    let user = (planned.account == Account::Known).then_some(planned.user);
    let mut recorder =
        Recorder { plan, planned, visit, user, time: planned.start, over: false, events: Vec::new() };
    recorder.unfold(landing, category, steps, stream);
    recorder.events
}

/// What the truth says about a session's events.
pub(crate) fn truth(planned: &PlannedVisit, events: &[Event]) -> Option<TrueSession> {
    let (first, last) = (events.first()?, events.last()?);
    Some(TrueSession {
        visitor_id: first.visit.visitor_id,
        session_no: planned.session_no,
        session_start: first.event_time,
        session_end: last.event_time,
        events: events.len() as u32,
        user: last.user,
        session_id: first.visit.session_id?,
    })
}

/// The refund of a visit's order, booked by the shop days later; none where
/// the visit came to no order.
pub(crate) fn refund(plan: &Plan, planned: &PlannedVisit) -> Option<Event> {
    let time = planned.refund?;
    let events = session(plan, planned);
    let paid: Vec<_> = events
        .into_iter()
        .filter(|event| event.event_type == EventType::Purchase && event.outcome == Some(Outcome::Success))
        .collect();
    if paid.is_empty() {
        return None;
    }
    let mut stream = Stream::new(plan.seed, Purpose::Refund, planned.user, u64::from(planned.number));
    let line = stream.pick(&paid).clone();
    Some(Event {
        event_id: event_id(plan, planned, u64::from(u32::MAX)),
        event_time: time,
        received_at: time + latency(plan, &mut stream),
        event_type: EventType::Refund,
        page: None,
        visit: Arc::new(Visit {
            session_id: None,
            device: None,
            ip_address: None,
            referrer: None,
            utm_source: None,
            utm_medium: None,
            utm_campaign: None,
            ..line.visit.as_ref().clone()
        }),
        ..line
    })
}

/// The category a visit begins in: one the user likes, or any.
fn first_category(plan: &Plan, user: u64, stream: &mut Stream) -> usize {
    let interest = &plan.profile.interest;
    if !stream.chance(interest.favourite) {
        return plan.catalogue.category(stream);
    }
    let favourite = stream.below(interest.favourites) as u64;
    plan.catalogue.category(&mut Stream::new(plan.seed, Purpose::Life, user, 1 + favourite))
}

/// What stays the same throughout a visit.
fn circumstances(
    plan: &Plan,
    planned: &PlannedVisit,
    channel: &Channel,
    category: usize,
    stream: &mut Stream,
) -> Visit {
    let profile = &plan.profile;
    let (country, city) = user::home(plan, planned.user);
    let date = plan.calendar.date(plan.calendar.day(planned.start));
    let leaf = |path: &str| path.rsplit('.').next().unwrap_or(path).replace('_', "-");
    let campaign = (!channel.campaigns.is_empty()).then(|| {
        stream
            .pick(&channel.campaigns)
            .replace("{week}", &date.format("%G-w%V").to_string())
            .replace("{month}", &date.format("%Y-%m").to_string())
            .replace("{category}", &leaf(&profile.category[category].path))
    });
    let text = |text: &Option<String>| text.as_deref().map(Arc::from);
    let device = id(plan.seed, Purpose::Id, planned.user, 2 + u64::from(planned.device));
    let session = |half| id(plan.seed, Purpose::Id, planned.user, (u64::from(planned.number) << 8) | half);
    let network = super::place::COUNTRIES[country].network;
    Visit {
        visitor_id: plan.visitor_id(planned.user, planned.device),
        session_id: Some((u128::from(session(0x11)) << 64) | u128::from(session(0x12))),
        device: Some((
            Stream::new(plan.seed, Purpose::Life, planned.user, 100 + u64::from(planned.device)),
            &profile.device,
        ))
        .map(|(mut stream, devices)| stream.weighted(devices.iter().map(|device| device.weight))),
        country,
        city,
        ip_address: Some((u32::from(network) << 24) | (device as u32 & 0x00ff_ffff)),
        referrer: text(&channel.referrer),
        utm_source: text(&channel.source),
        utm_medium: text(&channel.medium),
        utm_campaign: campaign.map(Arc::from),
        variant: plan.variant(planned.user, planned.device),
    }
}

/// The id of the event at a place in a visit: version 4, variant 1.
fn event_id(plan: &Plan, planned: &PlannedVisit, place: u64) -> u128 {
    let visit = id(plan.seed, Purpose::Visit, planned.user, u64::from(planned.number));
    let high = id(visit, Purpose::Id, place, 0);
    let low = id(visit, Purpose::Id, place, 1);
    let high = (high & !0xf000) | 0x4000;
    let low = (low & !(0b11 << 62)) | (0b10 << 62);
    (u128::from(high) << 64) | u128::from(low)
}

/// Milliseconds until the collector has an event.
fn latency(plan: &Plan, stream: &mut Stream) -> i64 {
    stream.log_normal(plan.profile.pace.latency_mu, plan.profile.pace.latency_sigma) as i64
}

/// Writes down a visit's events as time goes on, up to the visit's deadline.
struct Recorder<'a> {
    plan: &'a Plan,
    planned: &'a PlannedVisit,
    visit: Arc<Visit>,
    user: Option<u64>,
    time: i64,
    over: bool,
    events: Vec<Event>,
}

impl Recorder<'_> {
    /// Goes through the steps, with the pages before, between and after them.
    fn unfold(&mut self, landing: Page, category: usize, steps: Vec<Step>, stream: &mut Stream) {
        let profile = &self.plan.profile;
        let pace = &profile.pace;
        let mut mu = pace.mu + pace.visit_sigma * stream.normal();
        let mut category = category;
        let mut page = landing;
        let first = match steps.first() {
            Some(Step::View(product)) => Some(*product),
            _ => None,
        };
        if landing != Page::Product || first.is_none() {
            if page == Page::Product {
                page = Page::Home;
            }
            self.page(page, category, first, stream);
            for next in journey::pages(profile, page, stream) {
                self.browse(stream);
                self.page(next, category, first, stream);
                page = next;
            }
        }
        let mut seen: Vec<u32> = Vec::new();
        for step in &steps {
            if self.over {
                return;
            }
            if self.events.is_empty() {
                // The visit lands on a product.
            } else if seen.is_empty() || matches!(step, Step::LookAtCart | Step::LogIn | Step::Checkout) {
                self.browse(stream);
            } else {
                let pause = self.pause(mu, stream);
                let between =
                    match step {
                        Step::View(product) if seen.contains(product) => {
                            if stream.chance(profile.page.again) { vec![Page::Category] } else { Vec::new() }
                        }
                        Step::View(_) => journey::pages(profile, page, stream),
                        _ => Vec::new(),
                    };
                let target = if let Step::View(product) = step { Some(*product) } else { None };
                if let Some(product) = target {
                    category = self.plan.catalogue.products[product as usize].category;
                }
                let end = self.time + pause;
                let mut pages_left = between.len() as f64;
                for next in between {
                    let share = stream.between(0.5, 1.5) / (pages_left + 1.0);
                    self.advance((((end - self.time) as f64 * share.min(0.9)) as i64).max(1));
                    self.page(next, category, target, stream);
                    pages_left -= 1.0;
                }
                self.advance((end - self.time).max(1));
            }
            self.step(step, stream);
            if let Step::View(product) = step {
                seen.push(*product);
            }
            page = Page::Product;
            // Long looks come in rows: the pace wanders a little.
            mu += 0.0;
        }
        while !self.over && stream.chance(profile.page.on) {
            page = match journey::next_page(profile, page, stream) {
                Page::Product => Page::Category,
                next => next,
            };
            self.browse(stream);
            self.page(page, category, None, stream);
        }
    }

    /// Moves the clock by a pause between two product events, in milliseconds.
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
    fn browse(&mut self, stream: &mut Stream) {
        let pace = &self.plan.profile.pace;
        let seconds = stream.log_normal(pace.browse_mu, pace.browse_sigma);
        self.advance((seconds.clamp(pace.shortest, pace.longest) * 1000.0) as i64);
    }

    /// Lets milliseconds pass.
    fn advance(&mut self, milliseconds: i64) {
        self.time += milliseconds;
        self.over |= self.time > self.planned.deadline;
    }

    /// A page that is not a product; `target` is the product looked for.
    fn page(&mut self, page: Page, category: usize, target: Option<u32>, stream: &mut Stream) {
        let event_type = if page == Page::Search { EventType::Search } else { EventType::PageView };
        let query = (page == Page::Search).then(|| self.query(category, target, stream));
        self.record(event_type, page, stream, |event| {
            event.search_query = query;
            event.category = (page == Page::Category).then_some(category);
        });
    }

    fn step(&mut self, step: &Step, stream: &mut Stream) {
        match step {
            Step::View(product) => self.product(EventType::ProductView, *product, None, stream),
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
    fn query(&self, category: usize, target: Option<u32>, stream: &mut Stream) -> Arc<str> {
        let kind = &self.plan.profile.category[category];
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
