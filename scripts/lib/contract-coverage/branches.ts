import { createHash } from "node:crypto";
import solc from "solc";

/** A condition that the code turns on: one side when it holds, one when it doesn't. */
export interface Branch {
  line: number;
  /** As it stands in the source. */
  text: string;
  /** What is reported to the coverage when it was seen to hold, and not to: 32 bytes in hexadecimal. */
  whenTrue: string;
  whenFalse: string;
}

/** A node of solc's syntax tree: whatever else it has is looked through. */
interface Node {
  nodeType: string;
  /** start:length:file, in bytes. */
  src: string;
  [member: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).nodeType === "string";

function childrenOf(node: Node): Node[] {
  return Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isNode));
}

function parse(name: string, source: string): Node {
  const input = {
    language: "Solidity",
    sources: { [name]: { content: source } },
    settings: { stopAfter: "parsing", outputSelection: { "*": { "": ["ast"] } } },
  };
  const { sources, errors } = JSON.parse(solc.compile(JSON.stringify(input))) as {
    sources?: Record<string, { ast?: Node }>;
    errors?: { severity: string; formattedMessage: string }[];
  };
  const error = errors?.find(({ severity }) => severity === "error");
  const tree = sources?.[name]?.ast;
  if (error || !tree) throw new Error(`${name} can't be parsed: ${error?.formattedMessage ?? "no syntax tree"}`);
  return tree;
}

/** What a node decides by, if it decides. */
function decisionOf(node: Node): Node | undefined {
  const { nodeType, operator, expression, arguments: given } = node;
  if (nodeType === "BinaryOperation" && (operator === "&&" || operator === "||")) return node;
  if (["IfStatement", "Conditional", "ForStatement", "WhileStatement", "DoWhileStatement"].includes(nodeType))
    return isNode(node.condition) ? node.condition : undefined;
  const called = nodeType === "FunctionCall" && isNode(expression) ? expression.name : undefined;
  return called === "require" || called === "assert" ? (given as Node[])[0] : undefined;
}

/**
 * The operands of a condition's and, or and not. Since these stop as soon as they know, a condition went both ways when
 * each operand did.
 */
function operandsOf(node: Node): Node[] {
  const { nodeType, operator, leftExpression, rightExpression, subExpression, components } = node;
  if (nodeType === "BinaryOperation" && (operator === "&&" || operator === "||"))
    return [...operandsOf(leftExpression as Node), ...operandsOf(rightExpression as Node)];
  if (nodeType === "UnaryOperation" && operator === "!") return operandsOf(subExpression as Node);
  if (nodeType === "TupleExpression" && (components as Node[]).length === 1)
    return operandsOf((components as Node[])[0]!);
  return [node];
}

interface Range {
  start: number;
  end: number;
}

/** Where the operands stand, in bytes, in their order. */
function rangesOf(name: string, source: string): Range[] {
  const found = new Map<string, Range>();
  const visit = (node: Node): void => {
    if (["YulIf", "YulSwitch", "YulForLoop"].includes(node.nodeType))
      throw new Error(`${name}: a branch in assembly can't be counted; write it in Solidity or without a branch`);
    const decision = decisionOf(node);
    for (const { src } of decision ? operandsOf(decision) : []) {
      const [start, length] = src.split(":").map(Number) as [number, number];
      found.set(src, { start, end: start + length });
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(parse(name, source));
  return [...found.values()].sort((a, b) => a.start - b.start || b.end - a.end);
}

/** Even when the condition held, odd when not, so that the code needs one number only. */
function idOf(name: string, index: number): bigint {
  const hash = BigInt(`0x${createHash("sha256").update(`${name} branch ${index}`).digest("hex")}`);
  return hash - (hash & 1n);
}
const hex = (id: bigint): string => id.toString(16).padStart(64, "0");

export function branchesOf(name: string, source: string): Branch[] {
  const bytes = Buffer.from(source);
  return rangesOf(name, source).map(({ start, end }, i) => ({
    line: bytes.subarray(0, start).toString().split("\n").length,
    text: bytes.subarray(start, end).toString().replaceAll(/\s+/g, " "),
    whenTrue: hex(idOf(name, i)),
    whenFalse: hex(idOf(name, i) + 1n),
  }));
}

/**
 * The same source with each operand in a call of `taken`. `name` and the order are those of {@link branchesOf}, also
 * when statements were added in between.
 */
export function withBranchesReported(name: string, source: string, taken: string): string {
  const bytes = Buffer.from(source);
  const inserted = rangesOf(name, source).flatMap(({ start, end }, i) => [
    { at: start, order: i, text: `${taken}(` },
    // Of two that end together the inner one, which began later, is closed first.
    { at: end, order: -i - 1, text: `, 0x${hex(idOf(name, i))})` },
  ]);
  inserted.sort((a, b) => a.at - b.at || a.order - b.order);
  let from = 0;
  const parts: string[] = [];
  for (const { at, text } of inserted) {
    parts.push(bytes.subarray(from, at).toString(), text);
    from = at;
  }
  return [...parts, bytes.subarray(from).toString()].join("");
}
