//! One page of a list, and where the next one begins.

/// Rows of a list and the cursor of the page after them; `None` on the last page.
pub(crate) struct Rows<T, C> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<C>,
}

/// Which page of a list is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<C> {
    pub(crate) rows: u16,
    pub(crate) after: Option<C>,
}

impl<C> Wanted<C> {
    /// One row more than is shown tells whether there is another page.
    pub(crate) fn limit(&self) -> u32 {
        u32::from(self.rows) + 1
    }

    /// The page out of rows that were read up to [`Self::limit`].
    pub(crate) fn page<T>(&self, mut items: Vec<T>, cursor: impl Fn(&T) -> C) -> Rows<T, C> {
        let has_more = items.len() > usize::from(self.rows);
        items.truncate(self.rows.into());
        let next = items.last().filter(|_| has_more).map(cursor);
        Rows { items, next }
    }
}

impl<C> Wanted<C> {
    /// The same page, named by another kind of cursor.
    pub(crate) fn map<D>(self, convert: impl FnOnce(C) -> D) -> Wanted<D> {
        Wanted { rows: self.rows, after: self.after.map(convert) }
    }
}

impl<C: Ord> Wanted<C> {
    /// The page out of a whole list that is in the order of its cursors.
    pub(crate) fn page_of<T>(&self, all: Vec<T>, cursor: impl Fn(&T) -> C) -> Rows<T, C> {
        let is_after = |item: &T| self.after.as_ref().is_none_or(|after| cursor(item) > *after);
        let limit = usize::from(self.rows) + 1;
        let items = all.into_iter().filter(is_after).take(limit).collect();
        self.page(items, cursor)
    }
}

impl<T, C> Rows<T, C> {
    pub(crate) fn map<U>(self, convert: impl FnMut(T) -> U) -> Rows<U, C> {
        Rows { items: self.items.into_iter().map(convert).collect(), next: self.next }
    }

    /// The same rows, with another kind of cursor.
    pub(crate) fn map_next<D>(self, convert: impl FnOnce(C) -> D) -> Rows<T, D> {
        Rows { items: self.items, next: self.next.map(convert) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_without_gap_or_repetition() {
        let all: Vec<u32> = (1..=7).collect();
        let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = Wanted { rows: 3, after }.page_of(all.clone(), |number| *number);
            seen.extend(page.items);
            pages += 1;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!((seen, pages), (all, 3));
    }

    #[test]
    fn full_last_page_has_no_next_one() {
        let page = Wanted { rows: 3, after: None }.page_of(vec![1, 2, 3], |number| *number);
        assert_eq!((page.items.len(), page.next), (3, None));
    }
}
