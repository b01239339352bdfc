//! Small worlds by hand, in which the right answer is plain to see.
