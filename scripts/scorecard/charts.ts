/* Charts as SVG text: nothing to load, nothing to run. */

export const escapeText = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

export type Point = readonly [x: number, y: number];

export interface Line {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly Point[];
  /** Dots instead of a line. */
  readonly dots?: boolean;
}

export const COLOURS = { good: "#1677ff", bad: "#d4380d", other: "#8c8c8c", accent: "#389e0d" } as const;

const WIDTH = 440;
const HEIGHT = 318;
const LEFT = 52;
const BOTTOM = 60;
const TOP = 26;
const RIGHT = 14;

export interface Axis {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  format(value: number): string;
}

export const percent = (value: number): string => `${(value * 100).toFixed(0)} %`;
export const whole = (value: number): string => value.toFixed(0);
const coordinate = (value: number): string => value.toFixed(1);

interface Frame {
  x(value: number): number;
  y(value: number): number;
}

/** A title, two axes with five ticks each, and what is drawn between them. */
function chart(
  title: string,
  xAxis: Axis,
  yAxis: Axis,
  draw: (frame: Frame) => string,
  legend: readonly Line[],
): string {
  const scale = (axis: Axis, start: number, end: number) => (value: number) =>
    start + ((value - axis.from) / (axis.to - axis.from || 1)) * (end - start);
  const frame: Frame = { x: scale(xAxis, LEFT, WIDTH - RIGHT), y: scale(yAxis, HEIGHT - BOTTOM, TOP) };
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const at = ({ from, to }: Axis, tick: number): number => from + tick * (to - from);
  const xTicks = ticks.map((tick) => {
    const value = at(xAxis, tick);
    return `<text x="${coordinate(frame.x(value))}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${escapeText(xAxis.format(value))}</text>`;
  });
  const yTicks = ticks.map((tick) => {
    const value = at(yAxis, tick);
    const y = coordinate(frame.y(value));
    return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" class="grid"/><text x="${LEFT - 6}" y="${y}" dy="4" text-anchor="end">${escapeText(yAxis.format(value))}</text>`;
  });
  const names = legend.map(
    ({ name, colour }, index) =>
      `<rect x="${LEFT + 8 + index * 110}" y="${HEIGHT - 12}" width="10" height="10" fill="${colour}"/><text x="${LEFT + 22 + index * 110}" y="${HEIGHT - 3}">${escapeText(name)}</text>`,
  );
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(title)}"><text x="${LEFT}" y="16" class="title">${escapeText(title)}</text>${yTicks.join("")}${xTicks.join("")}<text x="${WIDTH - RIGHT}" y="${HEIGHT - BOTTOM + 30}" text-anchor="end" class="axis">${escapeText(xAxis.label)}</text>${draw(frame)}${names.join("")}</svg>`;
}

export function lineChart(title: string, xAxis: Axis, yAxis: Axis, lines: readonly Line[]): string {
  return chart(
    title,
    xAxis,
    yAxis,
    ({ x, y }) =>
      lines
        .map(({ points, colour, dots }) =>
          dots
            ? points
                .map(([a, b]) => `<circle cx="${coordinate(x(a))}" cy="${coordinate(y(b))}" r="4" fill="${colour}"/>`)
                .join("")
            : `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.map(([a, b]) => `${coordinate(x(a))},${coordinate(y(b))}`).join(" ")}"/>`,
        )
        .join(""),
    lines,
  );
}

export interface Bars {
  readonly name: string;
  readonly colour: string;
  readonly heights: readonly number[];
}

/** Bars side by side over equal steps of the x axis. */
export function histogram(title: string, xAxis: Axis, yAxis: Axis, series: readonly Bars[]): string {
  const steps = series[0]?.heights.length ?? 0;
  const step = (xAxis.to - xAxis.from) / Math.max(1, steps);
  return chart(
    title,
    xAxis,
    yAxis,
    ({ x, y }) =>
      series
        .flatMap(({ heights, colour }, index) =>
          heights.map((height, k) => {
            const from = x(xAxis.from + k * step);
            const width = (x(xAxis.from + step) - x(xAxis.from)) / series.length;
            return `<rect x="${coordinate(from + index * width)}" y="${coordinate(y(height))}" width="${coordinate(Math.max(0.5, width - 0.5))}" height="${coordinate(y(0) - y(height))}" fill="${colour}"/>`;
          }),
        )
        .join(""),
    series.map((each) => ({ ...each, points: [] })),
  );
}

/** One row a bin: its name and a bar to the right (safer) or to the left (riskier) of the middle. */
export function weightBars(title: string, rows: readonly { readonly name: string; readonly woe: number }[]): string {
  const widest = Math.max(0.1, ...rows.map(({ woe }) => Math.abs(woe)));
  const height = 34 + rows.length * 22;
  const middle = 310;
  const bars = rows.map(({ name, woe }, index) => {
    const y = 30 + index * 22;
    const length = (Math.abs(woe) / widest) * 90;
    const x = woe < 0 ? middle - length : middle;
    const colour = woe < 0 ? COLOURS.bad : COLOURS.good;
    return `<text x="196" y="${y + 13}" text-anchor="end">${escapeText(name)}</text><rect x="${coordinate(x)}" y="${y}" width="${coordinate(length)}" height="16" fill="${colour}"/><text x="${WIDTH - 4}" y="${y + 13}" text-anchor="end">${woe.toFixed(3)}</text>`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeText(title)}"><text x="4" y="16" class="title">${escapeText(title)}</text>${bars.join("")}<line x1="${middle}" x2="${middle}" y1="26" y2="${height - 4}" class="grid"/></svg>`;
}
