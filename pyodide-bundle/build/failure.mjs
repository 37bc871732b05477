/**
 * The failures a person at the terminal can do something about. They are printed as one plain message without a stack; every
 * other error is a fault of the build and keeps its stack.
 */

export class BuildFailure extends Error {}

/** Bytes that are not the pinned ones. Nothing goes on after this one: a source that sends wrong bytes is not asked for more. */
export class WrongBytes extends BuildFailure {
  /**
   * @param {string} name
   * @param {string} origin
   * @param {{sha256: string, bytes: number}} expected
   * @param {{sha256: string, bytes: number}} received
   */
  constructor(name, origin, expected, received) {
    super(
      [
        `${name}: the bytes from ${origin} are not the pinned ones`,
        `  expected sha256 ${expected.sha256} (${expected.bytes} bytes)`,
        `  received sha256 ${received.sha256} (${received.bytes} bytes)`,
      ].join("\n"),
    );
    this.file = name;
    this.expected = expected.sha256;
    this.received = received.sha256;
  }
}

/**
 * Runs a script's main function and turns a failure into an exit code.
 *
 * @param {() => Promise<void>} main
 */
export async function runScript(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof BuildFailure ? `error: ${error.message}` : error);
    process.exitCode = 1;
  }
}
