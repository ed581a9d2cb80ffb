//! Times and money as text, written by hand: these two are half of the cells
//! of a row that cost anything.

/// Appends a moment as RFC 3339 in UTC with milliseconds: `2026-01-05T08:15:30.123Z`.
pub(super) fn push_time(bytes: &mut Vec<u8>, milliseconds: i64) {
    let (days, rest) = (milliseconds.div_euclid(86_400_000), milliseconds.rem_euclid(86_400_000));
    let (year, month, day) = civil(days);
    let mut text = *b"0000-00-00T00:00:00.000Z";
    digits(&mut text[0..4], year as u64);
    digits(&mut text[5..7], month);
    digits(&mut text[8..10], day);
    let rest = rest as u64;
    digits(&mut text[11..13], rest / 3_600_000);
    digits(&mut text[14..16], rest / 60_000 % 60);
    digits(&mut text[17..19], rest / 1000 % 60);
    digits(&mut text[20..23], rest % 1000);
    bytes.extend_from_slice(&text);
}

/// Appends cents as money with two decimals: `1234.50`.
pub(super) fn push_money(bytes: &mut Vec<u8>, cents: i64) {
    if cents < 0 {
        bytes.push(b'-');
    }
    let cents = cents.unsigned_abs();
    push_count(bytes, cents / 100);
    let mut text = *b".00";
    digits(&mut text[1..3], cents % 100);
    bytes.extend_from_slice(&text);
}

/// Appends a whole number.
pub(super) fn push_count(bytes: &mut Vec<u8>, number: u64) {
    let mut text = [0; 20];
    let mut length = 1;
    let mut rest = number / 10;
    while rest > 0 {
        length += 1;
        rest /= 10;
    }
    digits(&mut text[..length], number);
    bytes.extend_from_slice(&text[..length]);
}

/// Fills a place with the last decimal digits of a number.
fn digits(place: &mut [u8], number: u64) {
    let mut rest = number;
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

/// Year, month and day of a day counted from 1970-01-01 (Howard Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms").
fn civil(days: i64) -> (i64, u64, u64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month as u64, day as u64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use proptest::prelude::*;

    fn time(milliseconds: i64) -> String {
        let mut bytes = Vec::new();
        push_time(&mut bytes, milliseconds);
        String::from_utf8(bytes).unwrap()
    }

    fn money(cents: i64) -> String {
        let mut bytes = Vec::new();
        push_money(&mut bytes, cents);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn money_has_two_decimals() {
        assert_eq!(
            [0, 5, 99, 100, 123_450, -7].map(money),
            ["0.00", "0.05", "0.99", "1.00", "1234.50", "-0.07"]
        );
    }

    proptest! {
        #[test]
        fn times_are_as_chrono_writes_them(milliseconds in 0_i64..7_258_118_400_000) {
            let chrono = chrono::DateTime::from_timestamp_millis(milliseconds).unwrap();
            prop_assert_eq!(
                time(milliseconds),
                chrono.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
            );
        }
    }
}
