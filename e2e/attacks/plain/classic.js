// A classic worker that does what it is told.
onmessage = ({ data }) => eval(`(async () => { ${data} })()`);
