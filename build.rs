//! Tells cargo that a release binary holds two folders. The embedding macro makes cargo watch each file it has read, but not for
//! files that are new, so a bundle built after the first compilation would be left out.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A debug binary reads both folders when it starts.
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo::rerun-if-changed=static");
        println!("cargo::rerun-if-changed=pyodide-bundle/dist");
    }
}
