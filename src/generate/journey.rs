//! What a visitor sees: which products, and the pages around them.

use super::Plan;
use super::event::Page;
use super::life::{Intent, PlannedVisit};
use super::profile::{Next, Profile};
use super::stream::Stream;

/// A step of a visit that matters to the shop. The pages between are found by [`pages`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    View(u32),
    Add(u32, u32),
    Remove(u32, u32),
    LookAtCart,
    LogIn,
    Checkout,
    /// Pay for lines of (product, quantity).
    Pay {
        lines: Vec<(u32, u32)>,
        payment: usize,
        success: bool,
    },
}

/// A walk through the catalogue: people stay in a category and go back to
/// what they have seen.
pub(crate) struct Walk<'a> {
    plan: &'a Plan,
    /// The days on which the visit begins and on which it ends at the latest.
    days: (u32, u32),
    category: usize,
    seen: Vec<u32>,
}

impl<'a> Walk<'a> {
    /// The walk of a visit that begins in `category`.
    pub(crate) fn new(plan: &'a Plan, visit: &PlannedVisit, category: usize) -> Self {
        let days = (plan.calendar.day(visit.start), plan.calendar.day(visit.deadline));
        Self { plan, days, category, seen: Vec::new() }
    }

    /// The next product seen.
    fn next(&mut self, stream: &mut Stream) -> u32 {
        let interest = &self.plan.profile.interest;
        if let Some(last) = self.seen.last().copied() {
            if stream.chance(interest.same_product) {
                // Mostly the same again; else one seen earlier, compared with it.
                let product = if stream.chance(0.8) { last } else { *stream.pick(&self.seen) };
                self.category = self.plan.catalogue.products[product as usize].category;
                self.seen.push(product);
                return product;
            }
            if !stream.chance(interest.same_category) {
                self.category = self.plan.catalogue.category(stream);
            }
        }
        let product = self.plan.catalogue.product(self.category, self.days.0, stream);
        self.seen.push(product);
        product
    }

    /// Whether a product can be bought throughout the visit.
    fn is_in_stock(&self, product: u32) -> bool {
        self.plan.catalogue.is_in_stock(product, self.days)
    }

    /// What is taken by who would take `product`: an offer draws some away from
    /// it; where it is sold out, another one like it, or none. Another one is
    /// looked at first.
    fn choose(&mut self, product: u32, steps: &mut Vec<Step>, stream: &mut Stream) -> Option<u32> {
        let Plan { catalogue, profile, .. } = self.plan;
        let day = self.days.0;
        let is_drawn = catalogue.has_offers(self.category, day)
            && !catalogue.is_offered(product, day)
            && stream.chance(profile.promotion.pull);
        let mut chosen = None;
        if is_drawn {
            let is_offered = |product| catalogue.is_offered(product, day);
            chosen = catalogue.product_to_buy(self.category, self.days, is_offered, stream);
        }
        if chosen.is_none() && self.is_in_stock(product) {
            return Some(product);
        }
        if chosen.is_none() && stream.chance(profile.stock.substitute) {
            chosen = catalogue.product_to_buy(self.category, self.days, |_| true, stream);
        }
        if let Some(other) = chosen {
            self.seen.push(other);
            steps.push(Step::View(other));
        }
        chosen
    }
}

/// The steps of a visit, in order.
pub(crate) fn steps(
    plan: &Plan,
    visit: &PlannedVisit,
    walk: &mut Walk<'_>,
    stream: &mut Stream,
) -> Vec<Step> {
    let profile = &plan.profile;
    let mut steps = Vec::new();
    if visit.intent == Intent::Glance {
        return steps;
    }
    let interest = &profile.interest;
    let stop = match visit.intent {
        Intent::Buy | Intent::Abandon => stream.beta(interest.buyer_stop_a, interest.buyer_stop_b),
        _ => stream.beta(interest.stop_a, interest.stop_b),
    };
    let views = stream.geometric(stop, interest.most_views);
    let position = match visit.intent {
        Intent::Buy | Intent::Abandon => {
            let share = stream.beta(interest.buy_position_a, interest.buy_position_b);
            ((f64::from(views) * share).ceil() as u32).clamp(1, views)
        }
        _ => views + 1,
    };
    for view in 1..=views {
        let product = walk.next(stream);
        steps.push(Step::View(product));
        if view == position
            && let Some(product) = walk.choose(product, &mut steps, stream)
        {
            match visit.intent {
                Intent::Buy => buy(profile, product, walk, &mut steps, stream),
                _ => abandon(profile, product, walk, &mut steps, stream),
            }
        }
    }
    steps
}

/// Puts a product into a cart, and further ones after looking at them.
fn fill_cart(
    profile: &Profile,
    product: u32,
    walk: &mut Walk<'_>,
    steps: &mut Vec<Step>,
    stream: &mut Stream,
) -> Vec<(u32, u32)> {
    let line_count = 1 + stream.weighted(profile.order.lines.iter().copied());
    let mut lines: Vec<(u32, u32)> = Vec::with_capacity(line_count);
    let mut product = product;
    for line in 0..line_count {
        if line > 0 {
            product = walk.next(stream);
            steps.push(Step::View(product));
        }
        if lines.iter().all(|(inside, _)| *inside != product) && walk.is_in_stock(product) {
            let quantity = 1 + stream.weighted(profile.order.quantity.iter().copied()) as u32;
            steps.push(Step::Add(product, quantity));
            lines.push((product, quantity));
        }
    }
    if stream.chance(profile.order.look_at_cart) {
        steps.push(Step::LookAtCart);
        if lines.len() > 1 && stream.chance(profile.order.remove) {
            let (product, quantity) = lines.swap_remove(stream.below(lines.len()));
            steps.push(Step::Remove(product, quantity));
        }
    }
    lines
}

/// Buys a product: through a cart, or at once.
fn buy(profile: &Profile, product: u32, walk: &mut Walk<'_>, steps: &mut Vec<Step>, stream: &mut Stream) {
    let order = &profile.order;
    let lines = if stream.chance(order.through_cart) {
        fill_cart(profile, product, walk, steps, stream)
    } else {
        vec![(product, 1 + stream.weighted(order.quantity.iter().copied()) as u32)]
    };
    let payment = |stream: &mut Stream| stream.weighted(order.payment.iter().map(|payment| payment.weight));
    steps.push(Step::Checkout);
    let mut success = true;
    if stream.chance(order.payment_fails) {
        steps.push(Step::Pay { lines: lines.clone(), payment: payment(stream), success: false });
        success = stream.chance(order.retry);
    }
    if success {
        steps.push(Step::Pay { lines, payment: payment(stream), success: true });
    }
}

/// Fills a cart that is left.
fn abandon(profile: &Profile, product: u32, walk: &mut Walk<'_>, steps: &mut Vec<Step>, stream: &mut Stream) {
    let lines = fill_cart(profile, product, walk, steps, stream);
    if stream.chance(profile.order.abandon_at_checkout) {
        steps.push(Step::Checkout);
    } else if let Some((product, quantity)) = lines.first().copied()
        && stream.chance(profile.order.remove)
    {
        steps.push(Step::Remove(product, quantity));
    }
}

/// The pages between `from` and the next product: a chain of states that ends
/// at the product.
pub(crate) fn pages(profile: &Profile, from: Page, stream: &mut Stream) -> Vec<Page> {
    let mut pages = Vec::new();
    let mut state = from;
    while pages.len() < profile.page.most as usize {
        state = next_page(profile, state, stream);
        if state == Page::Product {
            break;
        }
        pages.push(state);
    }
    pages
}

/// One move of the chain.
pub(crate) fn next_page(profile: &Profile, from: Page, stream: &mut Stream) -> Page {
    let Next { product, category, search, home } = match from {
        Page::Home => profile.page.from_home,
        Page::Category => profile.page.from_category,
        Page::Search => profile.page.from_search,
        _ => profile.page.from_product,
    };
    [Page::Product, Page::Category, Page::Search, Page::Home]
        [stream.weighted([product, category, search, home].into_iter())]
}
