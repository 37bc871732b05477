// A classic worker that does what it is told.
self.addEventListener("message", ({ data }) => eval(`(async () => { ${data} })()`));
