//! Finds the programs this one starts and starts them from the root of the clone. A missing one is named in one line with the command
//! that installs it; nothing is installed unasked but the browser the tests need, and that only where it can be (as root on Debian), and
//! what `native` puts into the cache folder.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::native;

const OLDEST_NODE: u32 = 20;
const CHROMIUM_NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
/// Program and Debian package of what drives the browsers that Playwright's own builds would be needed for.
const OTHER_BROWSERS: [(&str, &str); 4] = [
    ("firefox-esr", "firefox-esr"),
    ("WebKitWebDriver", "webkit2gtk-driver"),
    ("Xvfb", "xvfb"),
    ("xdotool", "xdotool"),
];

/// What the person reads before the program ends.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A program to start, with what it is given.
pub(crate) struct Task {
    name: String,
    command: Command,
}

impl Task {
    pub(crate) fn new(program: &str) -> Self {
        Self::at(program)
    }

    /// Cargo, with what it needs to build the server.
    ///
    /// # Errors
    /// When a tool for that is missing.
    pub(crate) fn cargo() -> Result<Self, Failure> {
        Self::with_cargo("cargo")
    }

    /// Something that starts cargo itself.
    ///
    /// # Errors
    /// When a tool that cargo needs to build the server is missing.
    pub(crate) fn with_cargo(program: &str) -> Result<Self, Failure> {
        let mut task = Self::new(program);
        for (name, value) in native::variables()? {
            task = task.variable(name, &value);
        }
        Ok(task)
    }

    pub(crate) fn at(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(&program);
        command.current_dir(root());
        Self {
            name: program.as_ref().to_string_lossy().into_owned(),
            command,
        }
    }

    pub(crate) fn words(mut self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(words);
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// # Errors
    /// When the program is missing or ends with a failure; what it had to say it has said itself.
    pub(crate) fn run(mut self) -> Result<(), Failure> {
        let status = self.command.status().map_err(|error| self.cannot_start(&error))?;
        if status.success() {
            Ok(())
        } else {
            Err(Failure::new(format!("error: {} ended with {status}", self.name)))
        }
    }

    /// The first line of what it prints, for a version.
    ///
    /// # Errors
    /// When the program is missing or fails.
    pub(crate) fn first_line(mut self) -> Result<String, Failure> {
        let output = self
            .command
            .stderr(Stdio::null())
            .output()
            .map_err(|error| self.cannot_start(&error))?;
        if !output.status.success() {
            return Err(Failure::new(format!(
                "error: {} ended with {}",
                self.name, output.status
            )));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.lines().next().unwrap_or_default().trim().to_owned())
    }

    /// Replaces this process, so that signals reach the program itself. Returns only when that fails.
    #[cfg(unix)]
    pub(crate) fn become_it(mut self) -> Failure {
        use std::os::unix::process::CommandExt;
        let error = self.command.exec();
        self.cannot_start(&error)
    }

    fn cannot_start(&self, error: &std::io::Error) -> Failure {
        if error.kind() == ErrorKind::NotFound {
            // A folder to start it in that is not there gives the same error.
            match self.command.get_current_dir().filter(|folder| !folder.is_dir()) {
                Some(folder) => Failure::new(format!(
                    "error: {} is not there; is this clone complete?",
                    folder.display()
                )),
                None => Failure::new(missing(&self.name)),
            }
        } else {
            Failure::new(format!("error: {} cannot be started: {error}", self.name))
        }
    }
}

/// The root of the clone. Cargo names it to what it runs; what it named while compiling can be that of another clone which shares its
/// target folder.
pub(crate) fn root() -> PathBuf {
    let own = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    own.parent().unwrap_or(&own).to_owned()
}

/// For a shell that reads what this program prints.
///
/// # Errors
/// When nobody reads it.
pub(crate) fn say(line: &str) -> Result<(), Failure> {
    use std::io::Write;
    writeln!(std::io::stdout(), "{line}")
        .map_err(|error| Failure::new(format!("error: nothing can be printed: {error}")))
}

/// Where what was fetched is kept, outside of any clone.
///
/// # Errors
/// When the person has no such folder.
pub(crate) fn cache() -> Result<PathBuf, Failure> {
    let given = |name| env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
    given("XDG_CACHE_HOME")
        .or_else(|| given("HOME").map(|home| home.join(".cache")))
        .map(|folder| folder.join("sandplot"))
        .ok_or_else(|| Failure::new("error: there is no cache folder: set HOME or XDG_CACHE_HOME"))
}

fn missing(name: &str) -> String {
    match name {
        "node" => {
            "error: Node is missing: install version 20 or newer with `apt-get install nodejs npm` or from your system"
                .into()
        }
        "npm" => "error: npm is missing: install it with `apt-get install npm` or with your Node".into(),
        _ => format!("error: {name} is missing"),
    }
}

/// # Errors
/// When Node is missing or too old.
pub(crate) fn require_node() -> Result<(), Failure> {
    let version = Task::new("node").words(["--version"]).first_line()?;
    match major(&version) {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        _ => Err(Failure::new(format!(
            "error: Node {version} is too old: install version {OLDEST_NODE} or newer with `apt-get install nodejs` or from your system"
        ))),
    }
}

fn major(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

/// # Errors
/// When one of the tools that every check needs is missing.
pub(crate) fn print_versions() -> Result<(), Failure> {
    require_node()?;
    for program in ["cargo", "node", "npm"] {
        let version = Task::new(program).words(["--version"]).first_line()?;
        eprintln!("{program}: {version}");
    }
    let pip = Task::new("python3").words(["-m", "pip", "--version"]).first_line();
    // Only the first fetch needs it, and says so itself.
    eprintln!("pip: {}", pip.unwrap_or_else(|_| "none".into()));
    let chromium = chromium()?;
    let version = Task::at(&chromium).words(["--version"]).first_line()?;
    eprintln!("chromium: {version} ({})", chromium.display());
    Ok(())
}

/// # Errors
/// When there is no browser and this process may not install one.
pub(crate) fn chromium() -> Result<PathBuf, Failure> {
    if let Some(path) = env::var_os("CHROMIUM").filter(|path| !path.is_empty()) {
        return Ok(path.into());
    }
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    let advice = "error: Chromium is missing: run `sudo apt-get install chromium`, or set CHROMIUM to the path of one";
    if !may_install() {
        return Err(Failure::new(advice));
    }
    install(&["chromium"])?;
    find_chromium().ok_or_else(|| Failure::new(advice))
}

/// Firefox and WebKit, installed where that is allowed. Who asks for them says what to do where they are missing: not every system
/// has packages of them.
///
/// # Errors
/// When their installation fails.
pub(crate) fn other_browsers() -> Result<(), Failure> {
    let missing: Vec<&str> = OTHER_BROWSERS
        .iter()
        .filter(|(program, _)| !on_path(program))
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() || !may_install() {
        return Ok(());
    }
    install(&missing)
}

fn may_install() -> bool {
    let is_root = Task::new("id").words(["-u"]).first_line().is_ok_and(|user| user == "0");
    is_root && on_path("apt-get")
}

fn install(packages: &[&str]) -> Result<(), Failure> {
    eprintln!("installing {}", packages.join(", "));
    Task::new("apt-get").words(["update", "--quiet"]).run()?;
    Task::new("apt-get")
        .words(["install", "--quiet", "--yes", "--no-install-recommends"])
        .words(packages)
        .run()
}

fn find_chromium() -> Option<PathBuf> {
    CHROMIUM_NAMES.iter().find_map(|name| path_of(name))
}

pub(crate) fn on_path(program: &str) -> bool {
    path_of(program).is_some()
}

fn path_of(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|place| place.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("v9.0.0"), Some(9));
        assert_eq!(major(""), None);
    }

    #[test]
    fn a_missing_program_is_named_with_the_command_that_installs_it() {
        let failure = Task::new("npm")
            .command_named("no-such-program-here")
            .run()
            .expect_err("there is none");
        assert_eq!(failure.to_string(), missing("npm"));
        assert!(failure.to_string().contains("apt-get install npm"));
    }

    #[test]
    fn a_missing_folder_is_not_taken_for_a_missing_program() {
        let folder = root().join("no-such-folder-here");
        let mut task = Task::new("cargo");
        task.command.current_dir(&folder);
        let failure = task.run().expect_err("there is no folder to start it in");
        assert!(failure.to_string().contains("no-such-folder-here"), "{failure}");
    }

    impl Task {
        /// The same task looking for a program that cannot be there.
        fn command_named(mut self, program: &str) -> Self {
            self.command = Command::new(program);
            self
        }
    }
}
