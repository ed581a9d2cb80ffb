//! When a sentence of the note is justified: all thresholds in one place. A
//! figure that does not reach its threshold is left to the tables; the note
//! ends with these values in words.

use super::super::format;

/// Days that are compared with as many before them, the longest that fits
/// first: whole weeks, so that each period holds every weekday equally often.
pub(super) const COMPARED_DAYS: [usize; 2] = [28, 7];

/// A year of whole weeks, so that weekdays meet their like.
pub(super) const YEAR_DAYS: usize = 364;

/// Sessions that each of two periods needs to be compared at all.
pub(super) const SESSIONS_COMPARED: f64 = 100.0;

/// Orders that one of two periods needs before orders, revenue and conversion
/// are compared.
pub(super) const ORDERS_COMPARED: f64 = 20.0;

/// A smaller relative change is called level.
pub(super) const CHANGE: f64 = 0.05;

/// How many standard errors a change must be away from none, with the
/// differences of so many pairs of days: chance alone gets there once in
/// twenty (Student's t with 27 and with 6 degrees of freedom).
pub(super) const SURE: [(usize, f64); 2] = [(28, 2.05), (7, 2.45)];

/// The same for two rates of many sessions (normal distribution).
pub(super) const SURE_RATE: f64 = 1.96;

/// Part of a change of revenue that one factor must carry to be named.
pub(super) const CARRIES: f64 = 0.5;

/// Whole days that a best day needs beside it, itself included.
pub(super) const BEST_DAY_DAYS: usize = 7;

/// How many times the average day a best day must be.
pub(super) const BEST_DAY: f64 = 1.25;

/// Whole days of the same weekday that an odd day is held against.
pub(super) const ODD_DAY_OTHERS: usize = 3;

/// How far, relatively, an odd day must be from their median, and how many
/// sessions that median needs.
pub(super) const ODD_DAY: (f64, f64) = (0.4, 50.0);

/// Share of the sessions, and their number, from which on a device or channel
/// is judged.
pub(super) const GROUP: (f64, f64) = (0.1, 100.0);

/// How far its conversion must be from that of all others, as a share of the better ...
pub(super) const GROUP_GAP: f64 = 0.2;

/// ... and in standard errors: once in a hundred by chance, since several are looked at.
pub(super) const GROUP_SURE: f64 = 2.58;

/// Share of a funnel step's sessions that must be lost, of so many sessions.
pub(super) const STEP_LOST: (f64, f64) = (0.5, 100.0);

/// Share of the carts that must be left behind, of so many carts.
pub(super) const CARTS_LEFT: (f64, f64) = (0.5, 50.0);

/// Share of the revenue that must be refunded, of so many orders.
pub(super) const REFUNDED: (f64, f64) = (0.05, 30.0);

/// Share of the revenue that one product must bring, of so many orders.
pub(super) const TOP_PRODUCT: (f64, f64) = (0.1, 50.0);

/// Sessions that must view a product, and standard errors by which its buyers
/// must fall short of what the range's rate would give.
pub(super) const UNSOLD: (f64, f64) = (100.0, 3.0);

/// Share of the revenue that quiet good customers must have brought, of so many buyers.
pub(super) const QUIET: (f64, f64) = (0.1, 50.0);

/// Share of the orders without any price.
pub(super) const UNPRICED: f64 = 0.05;

/// Share of the sessions whose device nobody recorded.
pub(super) const UNKNOWN: f64 = 0.1;

/// The thresholds as the note's last paragraph.
pub(super) fn in_words() -> String {
    let (percent, exact) = (format::percent, format::exact);
    format!(
        "## When a sentence stands here\n\n\
         Compared are whole weeks that the data covers whole, {} days or else {}, with the same number right \
         before, where both have {} sessions; orders, revenue and conversion where one has {} orders. Below {} a \
         figure is level; a change is claimed where chance alone would bring it less than once in twenty. A best \
         day is {} times the average of {} days or more; an odd day {} off the middle one of {} or more \
         other days of its weekday, which has {} sessions. Devices and channels are named from {} of the sessions on, {} at least, \
         where their conversion is {} off the others' and chance would do it less than once in a hundred. A funnel \
         step: {} lost of {} sessions. Carts: {} left of {}. Refunds: {} of the revenue of {} orders. A product: {} \
         of the revenue of {} orders, or viewed in {} sessions and {} standard errors short of buyers. Quiet \
         customers: {} of the revenue of {} buyers. Orders without a price: {}; sessions without a device: {}.",
        COMPARED_DAYS[0],
        COMPARED_DAYS[1],
        exact(SESSIONS_COMPARED),
        exact(ORDERS_COMPARED),
        percent(CHANGE),
        exact(BEST_DAY),
        BEST_DAY_DAYS,
        percent(ODD_DAY.0),
        ODD_DAY_OTHERS,
        exact(ODD_DAY.1),
        percent(GROUP.0),
        exact(GROUP.1),
        percent(GROUP_GAP),
        percent(STEP_LOST.0),
        exact(STEP_LOST.1),
        percent(CARTS_LEFT.0),
        exact(CARTS_LEFT.1),
        percent(REFUNDED.0),
        exact(REFUNDED.1),
        percent(TOP_PRODUCT.0),
        exact(TOP_PRODUCT.1),
        exact(UNSOLD.0),
        exact(UNSOLD.1),
        percent(QUIET.0),
        exact(QUIET.1),
        percent(UNPRICED),
        percent(UNKNOWN),
    )
}
