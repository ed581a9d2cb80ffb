//! A library that panics on damaged bytes must not end the run: the file is
//! damaged, and the run says so.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// The result of `work`, or the words of its panic, which then go nowhere else.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_GUARDED.get() {
                before(info);
            }
        }));
    });
    IS_GUARDED.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    IS_GUARDED.set(false);
    result.map_err(|words| match (words.downcast_ref::<String>(), words.downcast_ref::<&str>()) {
        (Some(words), _) => words.clone(),
        (None, Some(words)) => (*words).to_owned(),
        (None, None) => "of an unknown kind".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_with_its_words() {
        assert_eq!(guarded(|| 1), Ok(1));
        let number = 7;
        let caught: Result<(), _> = guarded(|| panic!("no page {number}"));
        assert_eq!(caught, Err("no page 7".to_owned()));
        assert_eq!(guarded(|| -> () { panic!("plain") }), Err("plain".to_owned()));
    }
}
