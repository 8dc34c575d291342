//! jq programs under a budget: what a filter of the settings makes of an answer. Knows JSON values, nothing of records.
//!
//! A program sees its input and nothing else: no clock, no environment, no files, no second input. It is lazy, so steps are counted and
//! time is asked for between outputs and inside every looping word (`range`, `repeat`, `recurse`, `while`, `until`, `limit`, …);
//! definitions that call themselves are refused. What stays uncounted is one long step over the input itself (three nested `.[]` over
//! ten thousand members, collected): that is ended by the deadline of the pool that runs parsers.

use std::cell::Cell;

use jaq_core::box_iter::box_once;
use jaq_core::data::HasLut;
use jaq_core::load::lex::Tok;
use jaq_core::load::{Arena, File, Lexer, Loader};
use jaq_core::native::{Fun, bome, run, v};
use jaq_core::{Compiler, Ctx, DataT, Error, Exn, Filter, Lut, Vars, unwrap_valr};
use jaq_json::{Num, Val};
use serde_json::{Map, Number, Value};

/// Turns of looping words in one run: a hundred for each record that can be read, about two seconds in all.
const STEPS: u32 = 1_000_000;
/// Levels of an output.
const DEPTH: usize = 128;
/// Characters of a program.
const PROGRAM: usize = 16 * 1024;

/// Natives that would let the outside in, or out.
const FORBIDDEN: [&str; 9] = ["env", "now", "halt", "debug_empty", "stderr_empty", "localtime", "strflocaltime", "input", "inputs"];

/// jq's looping words, each turn counted.
const LOOPS: &str = "
def range(from; to; $by): from as $x | to as $y | range_uncounted($x; $y; $by) | tick;
def range(from; to): range(from; to; 1);
def range(to): range(0; to; 1);
def repeat(f): def rec: tick | (f, rec); rec;
def recurse(f): def rec: tick | (., (f | rec)); rec;
def recurse: recurse(.[]?);
def recurse(f; cond): recurse(f | select(cond));
def while(cond; update): def rec: tick | if cond then ., (update | rec) else empty end; rec;
def until(cond; update): def rec: tick | if cond then . else update | rec end; rec;
";

/// A compiled program.
pub(super) struct Program {
    filter: Filter<Counted>,
}

/// Why a program stopped early.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It used up its steps or its time.
    Budget,
    /// It raised an error, after these many outputs.
    Error(String),
}

/// What a program gives.
pub(super) struct Outputs {
    /// In order; at most as many as asked for.
    pub values: Vec<Value>,
    /// Why it stopped early, if it did.
    pub stop: Option<Stop>,
}

/// The kind of data programs run on: JSON, and a meter that natives can reach.
struct Counted;

#[derive(Clone, Copy)]
struct Meter<'a> {
    lut: &'a Lut<Counted>,
    left: &'a Cell<u32>,
    expired: &'a dyn Fn() -> bool,
}

impl DataT for Counted {
    type V<'a> = Val;
    type Data<'a> = Meter<'a>;
}

impl<'a> HasLut<'a, Counted> for Meter<'a> {
    fn lut(&self) -> &'a Lut<Counted> {
        self.lut
    }
}

impl Meter<'_> {
    /// Takes a step; false when there are none left or the time is up.
    fn step(&self) -> bool {
        let left = self.left.get();
        if left == 0 {
            return false;
        }
        let expired = left.is_multiple_of(1024) && (self.expired)();
        self.left.set(if expired { 0 } else { left - 1 });
        !expired
    }
}

impl Program {
    /// Compiles a program; the error is for the person who wrote it.
    pub(super) fn compile(program: &str) -> Result<Self, String> {
        if program.len() > PROGRAM {
            return Err(format!("a program of at most {PROGRAM} characters"));
        }
        refuse_recursion(program)?;
        let arena = Arena::default();
        let loops = jaq_core::load::parse(LOOPS, |parser| parser.defs()).ok_or("the looping words could not be read")?;
        let looping = |name: &str, args: usize| loops.iter().any(|def| def.name == name && def.args.len() == args);
        let words = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        // The counted words come first, so that the standard's own words are made of them.
        let words: Vec<_> = words.filter(|def| !looping(def.name, def.args.len())).collect();
        let select = words.iter().position(|def| def.name == "select").map_or(0, |at| at + 1);
        let (first, rest) = words.split_at(select);
        let words = first.iter().chain(&loops).chain(rest).cloned();
        let modules = Loader::new(words).load(&arena, File { code: program, path: () }).map_err(|errors| loading(&errors))?;
        let filter = Compiler::default().with_funs(functions()).compile(modules).map_err(|errors| {
            let undefined = errors.iter().flat_map(|(_, errors)| errors).map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>();
            format!("only words that exist: {} is not known here", undefined.join(", "))
        })?;
        Ok(Self { filter })
    }

    /// Runs it on `input` for at most `most` outputs.
    pub(super) fn run(&self, input: &Value, most: usize, expired: &dyn Fn() -> bool) -> Outputs {
        let left = Cell::new(STEPS);
        let meter = Meter { lut: &self.filter.lut, left: &left, expired };
        let ctx = Ctx::<Counted>::new(meter, Vars::new([]));
        let mut outputs = Outputs { values: Vec::new(), stop: None };
        for output in self.filter.id.run((ctx, to_val(input))).map(unwrap_valr) {
            if !meter.step() || expired() {
                outputs.stop = Some(Stop::Budget);
                break;
            }
            match output {
                Ok(_) if outputs.values.len() >= most => break,
                Ok(value) => outputs.values.push(from_val(&value, 0)),
                Err(why) => {
                    outputs.stop = Some(Stop::Error(crate::base::text::clip(&why.to_string(), 300)));
                    break;
                }
            }
        }
        if left.get() == 0 {
            outputs.stop = Some(Stop::Budget);
        }
        outputs
    }
}

/// The functions a program may call.
fn functions() -> impl Iterator<Item = Fun<Counted>> {
    let tick = run::<Counted>(("tick", v(0), |cv| {
        let meter: Meter<'_> = *cv.0.data();
        bome(if meter.step() { Ok(cv.1) } else { Err(Error::str("the program runs too long")) })
    }));
    let rename = |(name, args, body): Fun<Counted>| (if name == "range" { "range_uncounted" } else { name }, args, body);
    let all = jaq_core::funs::<Counted>().map(rename).chain(jaq_std::funs()).chain(jaq_json::funs());
    // A word of the standard that needs a forbidden native still has to be compiled: it gets one that does nothing.
    let nothing = FORBIDDEN.map(|name| {
        let args = v(usize::from(matches!(name, "halt" | "strflocaltime")));
        run::<Counted>((name, args, |_| box_once(Err(Exn::from(Error::str("this word is not available here"))))))
    });
    all.filter(|(name, ..)| !FORBIDDEN.contains(name)).chain(nothing).chain(std::iter::once(tick))
}

/// A definition that names itself could run for ever without a counted word, or deeper than any stack.
fn refuse_recursion(program: &str) -> Result<(), String> {
    let Ok(tokens) = Lexer::new(program).lex() else { return Ok(()) };
    let mut names: Vec<&str> = Vec::new();
    let mut after_def = false;
    for token in &tokens {
        after_def = match (after_def, &token.1) {
            (true, Tok::Word) => {
                names.push(token.0);
                false
            }
            (_, Tok::Word) => token.0 == "def",
            _ => false,
        };
    }
    for name in &names {
        // Once where it is defined, and then only behind the end of its definition; the simple rule is: never inside any definition.
        if self_calls(&tokens, name) {
            return Err(format!("definitions that do not call themselves: `{name}` does"));
        }
    }
    Ok(())
}

/// Whether `name` is used between its `def` and the `;` that ends it.
fn self_calls(tokens: &[jaq_core::load::lex::Token<&str>], name: &str) -> bool {
    let text: Vec<(&str, usize)> = flat(tokens, 0);
    let mut at = 0;
    while at + 1 < text.len() {
        if text[at].0 == "def" && text[at + 1].0 == name {
            let (mut open, level) = (0_usize, text[at].1);
            for (word, depth) in &text[at + 2..] {
                match *word {
                    "def" => open += 1,
                    ";" if *depth == level && open == 0 => break,
                    ";" if *depth == level => open -= 1,
                    word if word == name => return true,
                    _ => {}
                }
            }
        }
        at += 1;
    }
    false
}

/// The tokens with the depth of brackets around them.
fn flat<'a>(tokens: &[jaq_core::load::lex::Token<&'a str>], depth: usize) -> Vec<(&'a str, usize)> {
    let mut out = Vec::new();
    for token in tokens {
        match &token.1 {
            Tok::Block(inner) => out.extend(flat(inner, depth + 1)),
            Tok::Str(parts) => {
                for part in parts {
                    if let jaq_core::load::lex::StrPart::Term(inner) = part {
                        out.extend(flat(std::slice::from_ref(inner), depth + 1));
                    }
                }
            }
            _ => out.push((token.0, depth)),
        }
    }
    out
}

fn loading(errors: &jaq_core::load::Errors<&str, ()>) -> String {
    use jaq_core::load::Error;
    let (_, error) = &errors[0];
    let place = match error {
        Error::Io(_) => return "a program without `import` and `include`".to_owned(),
        Error::Lex(errors) => errors.first().map(|(expected, found)| (expected.as_str(), *found)),
        Error::Parse(errors) => errors.first().map(|(expected, found)| (expected.as_str(), *found)),
    };
    let (expected, found) = place.unwrap_or(("a filter", ""));
    let found = crate::base::text::clip(found, 40);
    if found.is_empty() { format!("{expected} at its end") } else { format!("{expected} before `{found}`") }
}

/// Into jq's values. Depth is bounded by the JSON parser.
fn to_val(value: &Value) -> Val {
    match value {
        Value::Null => Val::Null,
        Value::Bool(yes) => Val::Bool(*yes),
        Value::Number(number) => number
            .as_i64()
            .and_then(|n| isize::try_from(n).ok())
            .map_or_else(|| Val::Num(Num::Float(number.as_f64().unwrap_or(f64::NAN))), |n| Val::Num(Num::Int(n))),
        Value::String(text) => Val::from(text.clone()),
        Value::Array(values) => values.iter().map(to_val).collect(),
        Value::Object(members) => Val::obj(members.iter().map(|(name, value)| (Val::from(name.clone()), to_val(value))).collect()),
    }
}

/// Out of jq's values; levels beyond [`DEPTH`] become null, and so do numbers that are none.
fn from_val(value: &Val, depth: usize) -> Value {
    if depth > DEPTH {
        return Value::Null;
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match value {
        Val::Null => Value::Null,
        Val::Bool(yes) => Value::Bool(*yes),
        Val::Num(Num::Int(n)) => Value::from(i64::try_from(*n).unwrap_or(i64::MAX)),
        Val::Num(Num::Float(n)) => Number::from_f64(*n).map_or(Value::Null, Value::Number),
        Val::Num(Num::BigInt(n)) => Value::String(n.to_string()),
        Val::Num(Num::Dec(n)) => n.parse().ok().and_then(Number::from_f64).map_or(Value::Null, Value::Number),
        Val::BStr(bytes) | Val::TStr(bytes) => Value::String(text(bytes)),
        Val::Arr(values) => values.iter().map(|value| from_val(value, depth + 1)).collect(),
        Val::Obj(members) => {
            let name = |key: &Val| match key {
                Val::TStr(bytes) | Val::BStr(bytes) => text(bytes),
                Val::Null | Val::Bool(_) | Val::Num(_) | Val::Arr(_) | Val::Obj(_) => key.to_string(),
            };
            Value::Object(members.iter().map(|(key, value)| (name(key), from_val(value, depth + 1))).collect::<Map<_, _>>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(program: &str, input: &str, want: &str) {
        let outputs = Program::compile(program).unwrap().run(&serde_json::from_str(input).unwrap(), 100, &|| false);
        assert_eq!(serde_json::to_string(&outputs.values).unwrap(), want, "{program}: {:?}", outputs.stop);
        assert_eq!(outputs.stop, None, "{program}");
    }

    #[test]
    fn programs_do_what_jq_does() {
        for (program, input, want) in [
            (".", "1", "[1]"),
            (".items[]", r#"{"items":[{"a":1},{"a":2}]}"#, r#"[{"a":1},{"a":2}]"#),
            (".[] | select(.a > 1) | {a, b: (.a * 2)}", r#"[{"a":1},{"a":2}]"#, r#"[{"a":2,"b":4}]"#),
            ("[range(3)], [range(1; 7; 2)], [range(2; 4)]", "null", "[[0,1,2],[1,3,5],[2,3]]"),
            ("[limit(3; repeat(1))]", "null", "[[1,1,1]]"),
            ("[.. | numbers]", "[1,[2]]", "[[1,2]]"),
            ("[recurse(if . < 3 then . + 1 else empty end)]", "0", "[[0,1,2,3]]"),
            ("[.[] | while(. < 20; . * 2)], (.[0] | until(. > 9; . + 4))", "[5]", "[[5,10],13]"),
            ("with_entries(.value += 1) | keys, (to_entries | length)", r#"{"b":1,"a":2}"#, r#"[["a","b"],2]"#),
            ("def twice(f): f | f; twice(. + 1)", "1", "[3]"),
            (r#"map(ascii_downcase | test("x")), (join("-") | sub("x"; "y"))"#, r#"["X","x"]"#, r#"[[true,true],"X-y"]"#),
            (r#""\(.a) \(.b // "none")""#, r#"{"a":1}"#, r#"["1 none"]"#),
            ("[combinations]", "[[1,2],[3]]", "[[[1,3],[2,3]]]"),
            ("12345678901234567890", "null", r#"["12345678901234567890"]"#),
        ] {
            check(program, input, want);
        }
    }

    #[test]
    fn what_cannot_be_compiled_says_why() {
        for (program, why) in [
            (".items[", "bracket"),
            ("nosuchword", "`nosuchword`"),
            ("def f: f; f", "`f` does"),
            ("def f: def g: 1; (2 | f) ; f", "`f` does"),
            ("import \"x\" as x; .", "import"),
            ("\"abc", ""),
        ] {
            let error = Program::compile(program).err().unwrap();
            assert!(error.contains(why), "{program}: {error}");
        }
    }

    #[test]
    fn endless_programs_end() {
        let stopped = |program: &str, expired: &dyn Fn() -> bool| Program::compile(program).unwrap().run(&Value::Null, 10, expired).stop;
        for program in [
            "[repeat(1)]",
            "reduce range(infinite) as $x (0; . + 1)",
            "until(false; .)",
            "last(recurse(.))",
            "[while(true; .)]",
            "repeat(empty)",
        ] {
            let asked = Cell::new(0);
            let expired = || {
                asked.set(asked.get() + 1);
                asked.get() > 50
            };
            assert_eq!(stopped(program, &expired), Some(Stop::Budget), "{program}");
        }
        let outputs = Program::compile("repeat(1)").unwrap().run(&Value::Null, 10, &|| false);
        assert_eq!(outputs.values.len(), 10);
        assert_eq!(stopped("try repeat(1) catch 2 | select(false)", &|| false), Some(Stop::Budget));
    }

    #[test]
    fn the_outside_stays_outside() {
        for program in ["env", "now", "halt", "input", "localtime", "$ENV", "\"x\" | debug", "input_line_number"] {
            let Ok(compiled) = Program::compile(program) else { continue };
            let outputs = compiled.run(&Value::Null, 10, &|| false);
            assert!(outputs.values.is_empty() && outputs.stop.is_some(), "{program}: {:?}", outputs.values);
        }
    }
}
