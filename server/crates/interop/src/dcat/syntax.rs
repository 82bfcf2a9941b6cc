//! Turtle, RDF/XML and JSON-LD become statements.

use oxjsonld::{JsonLdParser, JsonLdRemoteDocument};
use oxrdf::{NamedOrBlankNode, Term, Triple};
use oxrdfxml::{RdfXmlParseError, RdfXmlParser};
use oxttl::TurtleParser;

use super::context;
use super::graph::{Graph, Object};
use crate::{ImportError, text};

/// A way to write RDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// Turtle; N-Triples is a part of it.
    Turtle,
    /// RDF/XML.
    RdfXml,
    /// JSON-LD.
    JsonLd,
}

impl Syntax {
    /// Finds the syntax from the name of a file, else from how its text begins.
    pub fn guess(file_name: &str, bytes: &[u8]) -> Option<Self> {
        let ending = file_name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        match ending.as_deref() {
            Some("ttl" | "nt" | "n3" | "turtle") => return Some(Self::Turtle),
            Some("rdf" | "xml" | "owl") => return Some(Self::RdfXml),
            Some("jsonld" | "json") => return Some(Self::JsonLd),
            _ => {}
        }
        let head = bytes.get(..bytes.len().min(512)).unwrap_or_default();
        let head = String::from_utf8_lossy(head);
        let start = head.trim_start_matches('\u{FEFF}').trim_start();
        match start.chars().next()? {
            '{' | '[' => Some(Self::JsonLd),
            '@' | '#' | '_' | 'P' | 'p' => Some(Self::Turtle),
            '<' if ["<?xml", "<rdf:", "<!"].iter().any(|tag| start.starts_with(tag)) => {
                Some(Self::RdfXml)
            }
            '<' => Some(Self::Turtle),
            _ => None,
        }
    }
}

/// Reads all statements of a text.
pub(super) fn load(bytes: &[u8], syntax: Syntax) -> Result<Graph, ImportError> {
    // RDF/XML may declare another encoding, but its reader knows UTF-8 only, as we do.
    let decoded = text::decode(bytes)?;
    match syntax {
        Syntax::Turtle => turtle(&decoded),
        Syntax::RdfXml => rdf_xml(&decoded),
        Syntax::JsonLd => json_ld(&decoded),
    }
}

/// Blank nodes are named by the parser at random; numbers make two readings alike.
#[derive(Default)]
struct Names(std::collections::HashMap<String, usize>);

impl Names {
    fn blank(&mut self, name: &str) -> String {
        let next = self.0.len() + 1;
        format!("_:b{}", self.0.entry(name.to_owned()).or_insert(next))
    }

    fn add(&mut self, graph: &mut Graph, triple: Triple) {
        let subject = match triple.subject {
            NamedOrBlankNode::NamedNode(node) => node.into_string(),
            NamedOrBlankNode::BlankNode(node) => self.blank(node.as_str()),
        };
        let object = match triple.object {
            Term::NamedNode(node) => Object::Node(node.into_string()),
            Term::BlankNode(node) => Object::Node(self.blank(node.as_str())),
            Term::Literal(literal) => Object::Text {
                language: literal.language().map(str::to_ascii_lowercase),
                value: literal.value().to_owned(),
            },
        };
        graph.add(subject, triple.predicate.as_str(), object);
    }
}

/// Relative addresses become addresses of the file that was read, which has none of its own.
const BASE: &str = "urn:kaishu:file:";

fn turtle(text: &str) -> Result<Graph, ImportError> {
    let parser = TurtleParser::new().with_base_iri(BASE).unwrap_or_else(|_| TurtleParser::new());
    let (mut graph, mut names) = (Graph::default(), Names::default());
    for triple in parser.for_slice(text.as_bytes()) {
        let triple = triple.map_err(|error| {
            let start = error.location().start;
            ImportError::Syntax {
                place: format!("line {}, column {}", start.line + 1, start.column + 1),
                message: format!(
                    "not valid Turtle: {}{}",
                    error.message(),
                    remedy(error.message())
                ),
            }
        })?;
        names.add(&mut graph, triple);
    }
    Ok(graph)
}

/// Says what mends a prefix that nobody declared.
fn remedy(message: &str) -> String {
    let prefix = message
        .strip_prefix("The prefix ")
        .and_then(|rest| rest.strip_suffix(" has not been declared"));
    prefix.map_or_else(String::new, |prefix| {
        format!("; declare it at the head of the file, `@prefix {prefix} <…> .`")
    })
}

/// Entities that hold entities make a short file an endless one; no catalogue needs them.
fn check_entities(text: &str) -> Result<(), ImportError> {
    const DECLARATION: &str = "<!ENTITY";
    let Some(offset) = text.find(DECLARATION) else {
        return Ok(());
    };
    let (line, column) = text::position(text.as_bytes(), offset);
    Err(ImportError::Syntax {
        place: format!("line {line}, column {column}"),
        message: format!(
            "`{DECLARATION}` is not accepted; declare no entities and write their values out"
        ),
    })
}

fn rdf_xml(text: &str) -> Result<Graph, ImportError> {
    check_entities(text)?;
    let parser = RdfXmlParser::new().with_base_iri(BASE).unwrap_or_else(|_| RdfXmlParser::new());
    let mut reader = parser.for_reader(text.as_bytes());
    let (mut graph, mut names) = (Graph::default(), Names::default());
    while let Some(triple) = reader.next() {
        match triple {
            Ok(triple) => names.add(&mut graph, triple),
            Err(RdfXmlParseError::Io(error)) => return Err(ImportError::Read(error)),
            Err(RdfXmlParseError::Syntax(error)) => {
                let offset = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
                let (line, _) = text::position(text.as_bytes(), offset.min(text.len()));
                return Err(ImportError::Syntax {
                    place: format!("line {line}"),
                    message: format!("not valid RDF/XML: {error}"),
                });
            }
        }
    }
    Ok(graph)
}

fn json_ld(text: &str) -> Result<Graph, ImportError> {
    check_depth(text)?;
    let parser = JsonLdParser::new().with_base_iri(BASE).unwrap_or_else(|_| JsonLdParser::new());
    let (mut graph, mut names) = (Graph::default(), Names::default());
    let quads = parser.for_slice(text.as_bytes()).with_load_document_callback(|url, _| {
        let document = context::built_in(url).ok_or_else(|| format!("{REMOTE}{url}{REMOTE}"))?;
        Ok(JsonLdRemoteDocument {
            document: document.as_bytes().to_vec(),
            document_url: url.to_owned(),
        })
    });
    for quad in quads {
        let quad = quad.map_err(|error| json_ld_error(&error))?;
        names.add(&mut graph, Triple::new(quad.subject, quad.predicate, quad.object));
    }
    Ok(graph)
}

/// Marks the address of a context inside the message that the parser passes on.
const REMOTE: char = '\u{1F}';

fn json_ld_error(error: &oxjsonld::JsonLdSyntaxError) -> ImportError {
    let message = error.to_string();
    if let Some(url) = message.split(REMOTE).nth(1) {
        return ImportError::RemoteContext { url: url.to_owned() };
    }
    let place = error.location().map_or_else(
        || "the JSON-LD".to_owned(),
        |range| format!("line {}, column {}", range.start.line + 1, range.start.column + 1),
    );
    ImportError::Syntax { place, message: format!("not valid JSON-LD: {message}") }
}

/// The JSON-LD reader calls itself for every level, so that a hostile file could end the program.
fn check_depth(text: &str) -> Result<(), ImportError> {
    const DEEPEST: usize = 128;
    let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'{' | b'[' if !is_text => {
                depth += 1;
                if depth > DEEPEST {
                    let (line, column) = text::position(text.as_bytes(), offset);
                    return Err(ImportError::Syntax {
                        place: format!("line {line}, column {column}"),
                        message: format!("is nested more than {DEEPEST} levels deep"),
                    });
                }
            }
            b'}' | b']' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}
