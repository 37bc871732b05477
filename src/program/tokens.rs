//! Just enough of Python's lexical form to see its lines: names, symbols, and where a logical line begins, with strings and
//! comments out of the way.
//!
//! Not a parser, and on purpose never wrong about the program in a way that matters: what it cannot make sense of it passes
//! over, since whether a program is right is found out by running it in the sandbox.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A logical line begins: its indentation in columns and the byte where the physical line starts.
    Line {
        indent: usize,
        start: usize,
    },
    Name(&'a str),
    /// A number or a string.
    Literal,
    Symbol(char),
}

pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut scanner = Scanner {
        source,
        at: 0,
        depth: 0,
        tokens: Vec::new(),
    };
    scanner.line_start();
    while let Some(character) = scanner.peek() {
        scanner.step(character);
    }
    scanner.tokens
}

struct Scanner<'a> {
    source: &'a str,
    at: usize,
    /// Open brackets: inside them a line end means nothing.
    depth: usize,
    tokens: Vec<Token<'a>>,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn step(&mut self, character: char) {
        match character {
            '\n' => {
                self.at += 1;
                if self.depth == 0 {
                    self.line_start();
                }
            }
            '\\' if self.rest().starts_with("\\\n") => self.at += 2,
            '#' => self.at += self.rest().split('\n').next().map_or(0, str::len),
            '"' | '\'' => self.string(character),
            _ if character.is_alphabetic() || character == '_' => self.name(),
            _ if character.is_ascii_digit() => self.number(),
            _ => {
                self.at += character.len_utf8();
                match character {
                    '(' | '[' | '{' => self.depth += 1,
                    ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
                if !character.is_whitespace() {
                    self.tokens.push(Token::Symbol(character));
                }
            }
        }
    }

    /// Announces the next line that has something on it.
    fn line_start(&mut self) {
        loop {
            let start = self.at;
            let line = self.rest().split('\n').next().unwrap_or_default();
            let content = line.trim_start_matches([' ', '\t', '\u{c}', '\r']);
            let blank = &line[..line.len() - content.len()];
            if content.is_empty() || content.starts_with('#') {
                self.at += line.len();
                if self.at == self.source.len() {
                    return;
                }
                self.at += 1;
                continue;
            }
            self.at += blank.len();
            let indent = blank.chars().map(|space| if space == '\t' { 8 } else { 1 }).sum();
            self.tokens.push(Token::Line { indent, start });
            return;
        }
    }

    fn name(&mut self) {
        let rest = self.rest();
        let is_part = |character: char| character.is_alphanumeric() || character == '_';
        let end = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        let name = &rest[..end];
        self.at += end;
        let is_prefix = name.len() <= 2 && name.bytes().all(|byte| b"rbfutRBFUT".contains(&byte));
        match self.peek() {
            Some(quote @ ('"' | '\'')) if is_prefix => self.string(quote),
            _ => self.tokens.push(Token::Name(name)),
        }
    }

    fn number(&mut self) {
        let rest = self.rest();
        let is_part = |character: char| character.is_ascii_alphanumeric() || "._".contains(character);
        self.at += rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        self.tokens.push(Token::Literal);
    }

    /// A string to its end; one that is not closed ends with its line, so that an apostrophe in prose costs one line only.
    fn string(&mut self, quote: char) {
        self.tokens.push(Token::Literal);
        let rest = self.rest();
        let triple: String = [quote; 3].iter().collect();
        let (mut length, close) = match rest.strip_prefix(&triple) {
            Some(_) => (3, triple.as_str()),
            None => (1, &triple[..1]),
        };
        while let Some(character) = rest[length..].chars().next() {
            if rest[length..].starts_with(close) {
                length += close.len();
                break;
            }
            if character == '\n' && close.len() == 1 {
                break;
            }
            length += character.len_utf8();
            if character == '\\' {
                length += rest[length..].chars().next().map_or(0, char::len_utf8);
            }
        }
        self.at += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &str) -> Vec<&str> {
        let name = |token| match token {
            Token::Name(name) => Some(name),
            _ => None,
        };
        tokens(source).into_iter().filter_map(name).collect()
    }

    fn lines(source: &str) -> Vec<usize> {
        let indent = |token| match token {
            Token::Line { indent, .. } => Some(indent),
            _ => None,
        };
        tokens(source).into_iter().filter_map(indent).collect()
    }

    #[test]
    fn strings_and_comments_are_out_of_the_way() {
        assert_eq!(names("a = 'b' + \"c\" # d\ne"), ["a", "e"]);
        assert_eq!(names("a = '''b\nc 'd' '''\ne"), ["a", "e"]);
        assert_eq!(names(r#"a = "b\"c" + f'd' + rb"e\" + g"#), ["a"]);
        assert_eq!(names("a = 'b\nc"), ["a", "c"]);
        assert_eq!(names("a = '''b"), ["a"]);
        assert_eq!(names("x1 = 1e5 + 0xff + 1_000.5j"), ["x1"]);
        assert_eq!(names("größe = 名前"), ["größe", "名前"]);
    }

    #[test]
    fn only_logical_lines_begin() {
        assert_eq!(lines("a\n\n  # x\n  b\n\tc"), [0, 2, 8]);
        assert_eq!(lines("f(\n  a,\n  b)\nc"), [0, 0]);
        assert_eq!(lines("a = \\\n  b\nc"), [0, 0]);
        assert_eq!(lines("\n\n"), [0; 0]);
        assert_eq!(lines("'''a\nb\n''' + c\nd"), [0, 0]);
    }
}
