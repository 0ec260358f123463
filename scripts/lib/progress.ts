import cliProgress from "cli-progress";

export interface Progress {
  step(text: string): void;
  progress(label: string, done: number, total: number): void;
  /** Ends a bar that is being drawn. */
  end(): void;
}

const TENTHS = 10;

/** A bar on a terminal; plain lines, one for each tenth, elsewhere (a log file is no place for a moving bar). */
export function createProgress(stream: NodeJS.WriteStream = process.stdout): Progress {
  let bar: cliProgress.SingleBar | undefined;
  let current = "";
  let tenth = -1;

  function end(): void {
    bar?.stop();
    bar = undefined;
    current = "";
    tenth = -1;
  }

  function draw(label: string, done: number, total: number): void {
    if (!bar) {
      bar = new cliProgress.SingleBar({
        format: "  {label} {bar} {percentage}%  {value}/{total}",
        barCompleteChar: "█",
        barIncompleteChar: "░",
        barsize: 30,
        hideCursor: true,
        // A signal is start's business: it ends the bar itself.
        gracefulExit: false,
        stream,
      });
      bar.start(total, done, { label });
    }
    bar.setTotal(total);
    bar.update(done, { label });
  }

  return {
    step(text) {
      end();
      stream.write(`${text}\n`);
    },
    progress(label, done, total) {
      if (label !== current) end();
      current = label;
      if (stream.isTTY) draw(label, done, total);
      else {
        const reached = total > 0 ? Math.floor((done * TENTHS) / total) : TENTHS;
        if (reached > tenth) stream.write(`  ${label}: ${done}/${total}\n`);
        tenth = Math.max(tenth, reached);
      }
      if (done >= total) end();
    },
    end,
  };
}
