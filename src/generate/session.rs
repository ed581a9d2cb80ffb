//! A session: a planned visit, event by event.

use std::sync::Arc;

use super::Plan;
use super::event::{Event, EventType, Outcome, Page, TrueSession, Visit};
use super::journey::{self, Step, Walk};
use super::life::{Account, Intent, PlannedVisit};
use super::place::COUNTRIES;
use super::profile::{Channel, Device, Profile};
use super::record::{Recorder, event_id, latency};
use super::stream::{Purpose, Stream, id};

/// Makes the events of a planned visit, in order of time.
pub(crate) fn session(plan: &Plan, planned: &PlannedVisit) -> Vec<Event> {
    let mut stream = Stream::new(plan.seed, Purpose::Visit, planned.user, u64::from(planned.number));
    let stream = &mut stream;
    let profile = &plan.profile;

    if planned.intent == Intent::Crawl {
        let kind = plan.bots.kind(planned.user - plan.users);
        let visit = Arc::new(program(plan, planned, kind));
        return Recorder::new(plan, planned, visit, 0).crawl(&profile.bot.kind[kind], stream);
    }
    let category = first_category(plan, planned, stream);
    let channel = channel(profile, planned, stream);
    let landing = [Page::Home, Page::Category, Page::Search, Page::Product]
        [stream.weighted(channel.landing.iter().copied())];
    let visit = Arc::new(circumstances(plan, planned, channel, category, stream));

    let mut walk = Walk::new(plan, planned, category);
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
        owner: first.visit.bot.is_none().then_some(planned.user),
        variant: first.visit.variant,
        bot: first.visit.bot,
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

/// Where the visit comes from: the channel of its campaign, or any.
fn channel<'a>(profile: &'a Profile, planned: &PlannedVisit, stream: &mut Stream) -> &'a Channel {
    let campaign = planned.campaign.map(|campaign| &profile.campaign[usize::from(campaign)].channel);
    let carrier = campaign.and_then(|name| profile.channel.iter().find(|channel| channel.name == *name));
    carrier.unwrap_or_else(|| {
        &profile.channel[stream.weighted(profile.channel.iter().map(|channel| channel.weight))]
    })
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
    let date = plan.calendar.date(plan.calendar.day(planned.start));
    let leaf = |path: &str| path.rsplit('.').next().unwrap_or(path).replace('_', "-");
    let campaign = match planned.campaign {
        Some(campaign) => Some(profile.campaign[usize::from(campaign)].name.clone()),
        None => (!channel.campaigns.is_empty()).then(|| {
            stream
                .pick(&channel.campaigns)
                .replace("{week}", &date.format("%G-w%V").to_string())
                .replace("{month}", &date.format("%Y-%m").to_string())
                .replace("{category}", &leaf(&profile.category[category].path))
        }),
    };
    let text = |text: &Option<String>| text.as_deref().map(Arc::from);
    // A device has one browser and one address for life.
    let mut belongings = Stream::new(plan.seed, Purpose::Life, planned.user, 100 + u64::from(planned.device));
    // What people carry differs from country to country.
    let country = COUNTRIES[usize::from(planned.home.0)].code;
    let apple = profile.country.iter().find(|home| home.code == country).map_or(1.0, |home| home.apple);
    let weight = |device: &Device| device.weight * if device.is_apple() { apple } else { 1.0 };
    let device = belongings.weighted(profile.device.iter().map(weight));
    Visit {
        device: Some(device),
        ip_address: Some(address(COUNTRIES[usize::from(planned.home.0)].network, &mut belongings)),
        referrer: text(&channel.referrer),
        utm_source: text(&channel.source),
        utm_medium: text(&channel.medium),
        utm_campaign: campaign.map(Arc::from),
        ..bare(plan, planned)
    }
}

/// The same for a program, which comes from nowhere and follows no campaign.
fn program(plan: &Plan, planned: &PlannedVisit, kind: usize) -> Visit {
    let habits = &plan.profile.bot.kind[kind];
    let mut belongings = Stream::new(plan.seed, Purpose::Life, planned.user, 100);
    let browser = belongings.pick(&habits.browsers);
    let with_it: Vec<_> = plan
        .profile
        .device
        .iter()
        .enumerate()
        .filter(|(_, device)| device.browser == *browser)
        .map(|(place, _)| place)
        .collect();
    let device = *belongings.pick(&with_it);
    let network = habits.network.unwrap_or(COUNTRIES[usize::from(planned.home.0)].network);
    Visit {
        device: Some(device),
        ip_address: Some(address(network, &mut belongings)),
        bot: Some(kind),
        ..bare(plan, planned)
    }
}

/// An address of a network.
fn address(network: u8, stream: &mut Stream) -> u32 {
    (u32::from(network) << 24) | stream.below(1 << 24) as u32
}

/// Who comes and from where, and nothing else.
fn bare(plan: &Plan, planned: &PlannedVisit) -> Visit {
    let session = |half| id(plan.seed, Purpose::Id, planned.user, (u64::from(planned.number) << 8) | half);
    Visit {
        visitor_id: plan.visitor_id(planned.user, planned.device),
        session_id: Some((u128::from(session(0x11)) << 64) | u128::from(session(0x12))),
        device: None,
        country: usize::from(planned.home.0),
        city: usize::from(planned.home.1),
        ip_address: None,
        referrer: None,
        utm_source: None,
        utm_medium: None,
        utm_campaign: None,
        variant: plan.variant(planned.user, planned.device),
        bot: None,
    }
}
