//! Charts as SVG, each with a title, a description and the table behind it.
