//! A session: a planned visit, event by event.

use std::sync::Arc;

use super::Plan;
use super::event::{Event, EventType, Outcome, Page, TrueSession, Visit};
use super::journey::{self, Step, Walk};
use super::life::{Account, Intent, PlannedVisit};
use super::place::COUNTRIES;
use super::profile::Channel;
use super::record::{Recorder, event_id, latency};
use super::stream::{Purpose, Stream, id};
use super::user;

/// Makes the events of a planned visit, in order of time.
pub(crate) fn session(plan: &Plan, planned: &PlannedVisit) -> Vec<Event> {
    let mut stream = Stream::new(plan.seed, Purpose::Visit, planned.user, u64::from(planned.number));
    let stream = &mut stream;
    let profile = &plan.profile;

    let category = first_category(plan, planned, stream);
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

    Recorder::new(plan, planned, visit, category).unfold(landing, &steps, stream)
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
        owner: planned.user,
        variant: first.visit.variant,
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
fn first_category(plan: &Plan, planned: &PlannedVisit, stream: &mut Stream) -> usize {
    let interest = &plan.profile.interest;
    if planned.intent == Intent::Buy {
        return plan.catalogue.category_to_buy(stream);
    }
    if !stream.chance(interest.favourite) {
        return plan.catalogue.category(stream);
    }
    let favourite = stream.below(interest.favourites) as u64;
    plan.catalogue.category(&mut Stream::new(plan.seed, Purpose::Life, planned.user, 1 + favourite))
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
    // A device has one browser and one address for life.
    let mut belongings = Stream::new(plan.seed, Purpose::Life, planned.user, 100 + u64::from(planned.device));
    let device = belongings.weighted(profile.device.iter().map(|device| device.weight));
    let host = belongings.below(1 << 24) as u32;
    let session = |half| id(plan.seed, Purpose::Id, planned.user, (u64::from(planned.number) << 8) | half);
    let network = u32::from(COUNTRIES[country].network);
    Visit {
        visitor_id: plan.visitor_id(planned.user, planned.device),
        session_id: Some((u128::from(session(0x11)) << 64) | u128::from(session(0x12))),
        device: Some(device),
        country,
        city,
        ip_address: Some((network << 24) | host),
        referrer: text(&channel.referrer),
        utm_source: text(&channel.source),
        utm_medium: text(&channel.medium),
        utm_campaign: campaign.map(Arc::from),
        variant: plan.variant(planned.user, planned.device),
    }
}
