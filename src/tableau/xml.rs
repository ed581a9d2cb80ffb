//! Elements of an XML document, written the way Tableau writes its own files:
//! single quotes, two spaces a level, attributes by name.

use std::fmt;

/// An element with its attributes and what is in it.
#[derive(Debug, Clone)]
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Element>,
    text: String,
}

impl Element {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, attributes: Vec::new(), children: Vec::new(), text: String::new() }
    }

    /// An element that holds nothing but text.
    pub(super) fn text(name: &'static str, text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::new(name) }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self.attributes.sort();
        self
    }

    pub(super) fn holding(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children.extend(children);
        self
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, level: usize) -> fmt::Result {
        let indent = "  ".repeat(level);
        write!(f, "{indent}<{}", self.name)?;
        for (name, value) in &self.attributes {
            write!(f, " {name}='{}'", escaped(value))?;
        }
        if self.children.is_empty() && self.text.is_empty() {
            return writeln!(f, " />");
        }
        if self.children.is_empty() {
            return writeln!(f, ">{}</{}>", escaped(&self.text), self.name);
        }
        writeln!(f, ">")?;
        for child in &self.children {
            child.write(f, level + 1)?;
        }
        writeln!(f, "{indent}</{}>", self.name)
    }
}

/// The whole document, with its declaration.
impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "<?xml version='1.0' encoding='utf-8' ?>\n")?;
        self.write(f, 0)
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '\'' => escaped += "&apos;",
            '"' => escaped += "&quot;",
            '\n' => escaped += "&#10;",
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_reserves_is_escaped() {
        let element =
            Element::new("a").with("z", "it's").with("b", "<\"&\">").holding([Element::text("c", "1 > 0")]);
        let expected = "<?xml version='1.0' encoding='utf-8' ?>\n\n<a b='&lt;&quot;&amp;&quot;&gt;' z='it&apos;s'>\n  \
                        <c>1 &gt; 0</c>\n</a>\n";
        assert_eq!(element.to_string(), expected);
    }
}
