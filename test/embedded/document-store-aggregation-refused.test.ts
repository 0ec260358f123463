import { expect } from "chai";
import type { Document } from "mongodb";
import { type RefusedRow, refusedTables } from "./document-store-aggregation-tables.ts";
import { failure, startTestStore, type TestStore } from "./document-store-support.ts";

const one = (stage: Document, code: number, message: string): RefusedRow => [[stage], code, message];
const lookup = (spec: Document) => ({ $lookup: spec });
const graph = (more: Document) => ({
  $graphLookup: { from: "c", startWith: "$a", connectFromField: "a", connectToField: "b", as: "r", ...more },
});
const merge = (more: Document) => ({ $merge: { into: "t", ...more } });
const windowed = (output: Document, sortBy?: Document) => ({
  $setWindowFields: { ...(sortBy ? { sortBy } : {}), output: { v: output } },
});
const densify = (range: Document) => ({ $densify: { field: "a", range } });

// biome-ignore format: one row a line
const tables: Record<string, RefusedRow[]> = {
  "pipelines that are none": [
    [[5] as never, 14, "Each element of the 'pipeline' array must be an object"],
    one({}, 40323, "A pipeline stage specification object must contain exactly one field."),
    one({ $limit: 1, $skip: 1 }, 40323, "exactly one field"),
    one({ $nope: 1 }, 40324, "Unrecognized pipeline stage name: '$nope'"),
    [Array.from({ length: 1001 }, () => ({ $skip: 0 })), 7749501, "no longer than 1000 stages"],
  ],
  "stages in the wrong place": [
    [[{ $out: "x" }, { $limit: 1 }], 40601, "$out can only be the final stage in the pipeline"],
    [[{ $merge: "x" }, { $limit: 1 }], 40601, "$merge can only be the final stage in the pipeline"],
    [[{ $limit: 1 }, { $collStats: { count: {} } }], 40602, "$collStats is only valid as the first stage in a pipeline."],
    [[{ $limit: 1 }, { $documents: [] }], 40602, "$documents is only valid as the first stage in a pipeline."],
    one({ $documents: [] }, 73, "'$documents' can only be run with {aggregate: 1}"),
    one({ $facet: { a: [{ $facet: { b: [] } }] } }, 40600, "$facet is not allowed to be used within a $facet stage"),
    one({ $facet: { a: [{ $out: "x" }] } }, 40600, "$out is not allowed to be used within a $facet stage"),
    one({ $facet: { a: [{ $merge: "x" }] } }, 40600, "$merge is not allowed to be used within a $facet stage"),
    one({ $facet: { a: [{ $indexStats: {} }] } }, 40600, "$indexStats is not allowed to be used within a $facet stage"),
    one(lookup({ from: "c", as: "r", pipeline: [{ $out: "x" }] }), 51047, "$out is not allowed within a $lookup's sub-pipeline"),
    one({ $unionWith: { coll: "c", pipeline: [{ $merge: "x" }] } }, 31441, "$merge is not allowed within a $unionWith's sub-pipeline"),
  ],
  "what this server hasn't": [
    one({ $geoNear: { near: [1, 1], distanceField: "d" } }, 27, "$geoNear requires a 2d or 2dsphere index, but none were found"),
    one({ $geoNear: {} }, 5860400, "$geoNear requires a 'near' argument"),
    one({ $search: {} }, 31082, "Atlas"),
    one({ $changeStream: {} }, 40573, "$changeStream"),
  ],
  "$match, $sort, $limit, $skip, $count, $sample": [
    one({ $match: 5 }, 15959, "the match filter must be an expression in an object"),
    one({ $match: { $nope: 1 } }, 2, "unknown top level operator: $nope"),
    one({ $sort: 5 }, 15973, "the $sort key specification must be an object"),
    one({ $sort: {} }, 15976, "$sort stage must have at least one sort key"),
    one({ $sort: { a: "x" } }, 15974, 'Illegal key in $sort specification: a: "x"'),
    one({ $sort: { a: 2 } }, 15975, "$sort key ordering must be 1 (for ascending) or -1 (for descending)"),
    one({ $sort: { $a: 1 } }, 16410, "FieldPath field names may not start with '$'"),
    one({ $limit: "x" }, 5107201, 'invalid argument to $limit stage: Expected a number in: $limit: "x"'),
    one({ $limit: 1.5 }, 5107201, "invalid argument to $limit stage: Expected an integer: $limit: 1.5"),
    one({ $limit: -1 }, 5107201, "invalid argument to $limit stage: Expected a non-negative number in: $limit: -1"),
    one({ $limit: 0 }, 15958, "the limit must be positive"),
    one({ $skip: "x" }, 5107200, 'invalid argument to $skip stage: Expected a number in: $skip: "x"'),
    one({ $skip: -1 }, 5107200, "invalid argument to $skip stage: Expected a non-negative number in: $skip: -1"),
    one({ $count: 1 }, 40156, "the count field must be a non-empty string"),
    one({ $count: "" }, 40157, "the count field must be a non-empty string"),
    one({ $count: "$a" }, 40158, "the count field cannot be a $-prefixed path"),
    one({ $count: "a.b" }, 40160, "the count field cannot contain '.'"),
    one({ $sample: 5 }, 28745, "the $sample stage specification must be an object"),
    one({ $sample: { size: "x" } }, 28746, "size argument to $sample must be a number"),
    one({ $sample: { size: -1 } }, 28747, "size argument to $sample must be a positive integer"),
    one({ $sample: { n: 1 } }, 28748, "unrecognized option to $sample: n"),
    one({ $sample: {} }, 28749, "$sample stage must specify a size"),
  ],
  "$group, $sortByCount, $unwind": [
    one({ $group: 5 }, 15947, "a group's fields must be specified in an object"),
    one({ $group: {} }, 15955, "a group specification must include an _id"),
    one({ $group: { _id: { a: 1 } } }, 17390, "$group does not support inclusion-style expressions"),
    one({ $group: { _id: 1, n: 5 } }, 40234, "The field 'n' must be an accumulator object"),
    one({ $group: { _id: 1, "a.b": { $sum: 1 } } }, 40235, "The field name 'a.b' cannot contain '.'"),
    one({ $group: { _id: "$$x" } }, 17276, "Use of undefined variable: x"),
    one({ $sortByCount: 5 }, 40149, "must be specified as a string or as an object"),
    one({ $sortByCount: "a" }, 40148, "must be defined as a $-prefixed path"),
    one({ $sortByCount: { a: 1 } }, 40147, "must be defined as a $-prefixed path"),
    one({ $unwind: 5 }, 15981, "expected either a string or an object as specification for $unwind stage, got int"),
    one({ $unwind: "a" }, 28818, "path option to $unwind stage should be prefixed with a '$': a"),
    one({ $unwind: {} }, 28812, "no path specified to $unwind stage"),
    one({ $unwind: { path: 1 } }, 28808, "expected a string as the path for $unwind stage, got int"),
    one({ $unwind: { path: "$a", preserveNullAndEmptyArrays: 1 } }, 28809, "got int"),
    one({ $unwind: { path: "$a", includeArrayIndex: "" } }, 28810, "expected a non-empty string"),
    one({ $unwind: { path: "$a", includeArrayIndex: "$i" } }, 28822, "should not be prefixed with a '$': $i"),
    one({ $unwind: { path: "$a", x: 1 } }, 28811, "unrecognized option to $unwind stage: x"),
  ],
  "$lookup and $unionWith": [
    one({ $lookup: 5 }, 9, "the $lookup stage specification must be an object, but found int"),
    one(lookup({}), 9, "must specify 'pipeline' when 'from' is empty"),
    one(lookup({ from: 1, as: "r" }), 9, "$lookup 'from' field must be a string, but found int"),
    one(lookup({ from: "c", localField: "a", foreignField: "b" }), 9, "must specify 'as' field for a $lookup"),
    one(lookup({ from: "c", as: "r" }), 9, "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified"),
    one(lookup({ from: "c", as: "r", pipeline: [], localField: "a" }), 9, "requires both or neither of 'localField' and 'foreignField'"),
    one(lookup({ from: "c", as: "r", localField: "a", foreignField: "b", let: {} }), 9, "$lookup with a 'let' argument must also specify 'pipeline'"),
    one(lookup({ from: "c", as: "r", localField: "a", foreignField: "b", x: "y" }), 9, "unknown argument to $lookup: x"),
    one(lookup({ from: "c", as: "r", pipeline: [], let: { A: 1 } }), 16867, "starts with an invalid character for a user variable name"),
    one(lookup({ from: "c", as: "r", pipeline: [{ $match: { $expr: "$$nope" } }] }), 17276, "Use of undefined variable: nope"),
    one(lookup({ from: "c", as: "r", pipeline: 5 }), 14, "'pipeline' option must be specified as an array"),
    one({ $unionWith: 5 }, 9, "the $unionWith stage specification must be an object or string, but found int"),
    one({ $unionWith: { coll: 1 } }, 14, "BSON field '$unionWith.coll' is the wrong type 'int', expected type 'string'"),
    one({ $unionWith: { coll: "c", x: 1 } }, 40415, "BSON field '$unionWith.x' is an unknown field."),
    one({ $unionWith: { pipeline: [] } }, 9, "$unionWith stage without explicit collection must have a pipeline with $documents as first stage"),
  ],
  "$facet, $redact, $documents, $collStats, $indexStats": [
    one({ $facet: {} }, 40169, "the $facet specification must be a non-empty object, but found: $facet: {}"),
    one({ $facet: { a: 1 } }, 40170, "arguments to $facet must be arrays, a is type int"),
    one({ $facet: { a: [5] } }, 40171, "elements of arrays in $facet spec must be non-empty objects"),
    one({ $facet: { "a.b": [] } }, 16412, "may not contain '.'"),
    one({ $redact: "$s" }, 17053, "$redact's expression should not return anything aside from"),
    one({ $unionWith: { pipeline: [{ $documents: 5 }] } }, 5858203, "an array is expected"),
    one({ $unionWith: { pipeline: [{ $documents: [5] }] } }, 40228, "must evaluate to an object"),
    one({ $collStats: 5 }, 5447000, "$collStats must take a nested object but found a int"),
    one({ $indexStats: { a: 1 } }, 28803, "The $indexStats stage specification must be an empty object"),
  ],
  "$bucket and $bucketAuto": [
    one({ $bucket: 5 }, 40201, "Argument to $bucket stage must be an object, but found type: int."),
    one({ $bucket: {} }, 40198, "$bucket requires 'groupBy' and 'boundaries' to be specified."),
    one({ $bucket: { groupBy: "a", boundaries: [0, 1] } }, 40202, "must be defined as a $-prefixed path or an expression"),
    one({ $bucket: { groupBy: "$a", boundaries: 5 } }, 40200, "must be an array, but found type: int."),
    one({ $bucket: { groupBy: "$a", boundaries: [0, "$a"] } }, 40191, "must be an array of constant values"),
    one({ $bucket: { groupBy: "$a", boundaries: [0] } }, 40192, "must have at least 2 values, but found 1 value(s)."),
    one({ $bucket: { groupBy: "$a", boundaries: [0, "x"] } }, 40193, "Found conflicting types int and string."),
    one({ $bucket: { groupBy: "$a", boundaries: [1, 0] } }, 40194, "are not in ascending order (1 is not less than 0)."),
    one({ $bucket: { groupBy: "$a", boundaries: [0, 1], default: "$a" } }, 40195, "must be a constant expression"),
    one({ $bucket: { groupBy: "$a", boundaries: [0, 9], default: 5 } }, 40199, "must be less than the lowest boundary"),
    one({ $bucket: { groupBy: "$a", boundaries: [0, 9], output: 5 } }, 40196, "must be an object, but found type: int."),
    one({ $bucket: { groupBy: "$a", boundaries: [0, 9], x: 5 } }, 40197, "Unrecognized option to $bucket: x."),
    one({ $bucket: { groupBy: "$a", boundaries: [5, 9] } }, 40066, "could not find a matching branch"),
    one({ $bucketAuto: 5 }, 40240, "The argument to $bucketAuto must be an object, but found type: int"),
    one({ $bucketAuto: { groupBy: "$a" } }, 40246, "$bucketAuto requires 'groupBy' and 'buckets' to be specified"),
    one({ $bucketAuto: { groupBy: "a", buckets: 1 } }, 40239, "must be defined as a $-prefixed path or an expression object"),
    one({ $bucketAuto: { groupBy: "$a", buckets: "x" } }, 40241, "must be a numeric value, but found type: string"),
    one({ $bucketAuto: { groupBy: "$a", buckets: 1.5 } }, 40242, "must be representable as a 32-bit integer, but found 1.5"),
    one({ $bucketAuto: { groupBy: "$a", buckets: 0 } }, 40243, "must be greater than 0, but found: 0"),
    one({ $bucketAuto: { groupBy: "$a", buckets: 1, granularity: "R7" } }, 40257, "Unknown rounding granularity 'R7'"),
    one({ $bucketAuto: { groupBy: "$s", buckets: 1, granularity: "R5" } }, 40258, "but found a value with type: string"),
    one({ $bucketAuto: { groupBy: "$a", buckets: 1, x: 1 } }, 40245, "Unrecognized option to $bucketAuto: x"),
  ],
  $graphLookup: [
    one({ $graphLookup: 5 }, 9, "the $graphLookup stage specification must be an object, but found int"),
    one({ $graphLookup: { as: "r" } }, 9, "missing 'from' option to $graphLookup stage specification"),
    one({ $graphLookup: { from: "c" } }, 40105, "$graphLookup requires 'from', 'as', 'startWith', 'connectFromField', and 'connectToField' to be specified."),
    one(graph({ maxDepth: "x" }), 40100, "maxDepth must be numeric, found type: string"),
    one(graph({ maxDepth: -1 }), 40101, "maxDepth requires a nonnegative argument, found: -1"),
    one(graph({ maxDepth: 1.5 }), 40102, "maxDepth could not be represented as a long long: 1"),
    one(graph({ restrictSearchWithMatch: 5 }), 40185, "restrictSearchWithMatch must be an object, found int"),
    one(graph({ restrictSearchWithMatch: { $nope: 1 } }), 2, "Failed to parse 'restrictSearchWithMatch' option to $graphLookup"),
    one(graph({ depthField: 5 }), 40103, "expected string as argument for depthField, found: int"),
    one(graph({ x: 5 }), 40104, "Unknown argument to $graphLookup: x"),
  ],
  "$out and $merge": [
    one({ $out: 5 }, 16990, "$out only supports a string or object argument, but found int"),
    one({ $out: { coll: "t" } }, 40414, "BSON field '$out.db' is missing but a required field"),
    one({ $out: { db: "d", coll: "t", x: 1 } }, 40415, "BSON field '$out.x' is an unknown field."),
    one({ $out: "system.users" }, 17385, "Can't $out to special collection: system.users"),
    one({ $out: { db: "admin", coll: "t" } }, 31321, "Can't $out to internal database: admin"),
    one({ $merge: 5 }, 14, "$merge requires a string or object argument, but found int"),
    one({ $merge: {} }, 40414, "BSON field '$merge.into' is missing but a required field"),
    one(merge({ into: 5 }), 51178, "$merge 'into' field  must be either a string or an object, but found int"),
    one(merge({ on: 5 }), 51186, "$merge 'on' field  must be either a string or an array of strings, but found int"),
    one(merge({ on: [5] }), 51134, "$merge 'on' array elements must be strings, but found int"),
    one(merge({ on: [] }), 51187, "If explicitly specifying $merge 'on', must include at least one field"),
    one(merge({ on: ["a", "a"] }), 31465, "Found a duplicate field 'a'"),
    one(merge({ on: "a" }), 51183, "Cannot find index to verify that join fields will be unique"),
    one(merge({ whenMatched: 5 }), 51191, "$merge 'whenMatched' field  must be either a string or an array, but found int"),
    one(merge({ whenMatched: "x" }), 2, "Enumeration value 'x' for field 'whenMatched' is not a valid value."),
    one(merge({ whenNotMatched: "x" }), 2, "Enumeration value 'x' for field '$merge.whenNotMatched' is not a valid value."),
    one(merge({ whenMatched: "fail", whenNotMatched: "discard" }), 51181, "Combination of $merge modes 'whenMatched: fail' and 'whenNotMatched: discard' is not supported"),
    one(merge({ let: { a: 1 } }), 51199, "Cannot use 'let' variables with 'whenMatched: merge' mode"),
    one(merge({ whenMatched: [], let: { new: 1 } }), 51273, "'let' may not define a value for the reserved 'new' variable"),
    one(merge({ whenMatched: [{ $match: {} }] }), 72, "$match is not allowed to be used within an update"),
    one({ $merge: { into: { db: "local", coll: "t" } } }, 31320, "Cannot $merge to internal database: local"),
  ],
  "$setWindowFields": [
    one({ $setWindowFields: 5 }, 9, "the $setWindowFields stage specification must be an object, found int"),
    one({ $setWindowFields: {} }, 40414, "BSON field '$setWindowFields.output' is missing but a required field"),
    one({ $setWindowFields: { output: { v: { $sum: 1 }, "v.w": { $sum: 1 } } } }, 6307900, "two conflicting paths"),
    one({ $setWindowFields: { partitionBy: [1], output: {} } }, 14, "An expression used to partition cannot evaluate to value of type array"),
    one(windowed({ sum: 1 }), 9, "Expected a $-prefixed window function, sum"),
    one(windowed({ $summ: 1 }), 9, "Unrecognized window function, $summ"),
    one(windowed({ $sum: 1, $avg: 1 }), 9, "Cannot specify two functions in window function spec"),
    one(windowed({ $sum: 1, x: 1 }), 9, "Window function found an unknown argument: x"),
    one(windowed({ $sum: 1, window: { documents: [-1, 1] } }), 5339901, "Document-based bounds require a sortBy"),
    one(windowed({ $sum: 1, window: { documents: [1, -1] } }, { a: 1 }), 5339900, "Lower bound must not exceed upper bound: [1, -1]"),
    one(windowed({ $sum: 1, window: { documents: [1] } }, { a: 1 }), 9, "Window bounds must be a 2-element array"),
    one(windowed({ $sum: 1, window: { documents: ["x", 1] } }, { a: 1 }), 9, "Window bounds must be 'unbounded', 'current', or a number."),
    one(windowed({ $sum: 1, window: { range: [0, 1] } }, { a: 1, b: 1 }), 5339902, "Range-based bounds require sortBy a single field"),
    one(windowed({ $sum: 1, window: { range: [0, 1] } }, { a: -1 }), 8947401, "Range-based bounds require an ascending sortBy"),
    one(windowed({ $sum: 1, window: { range: [0, 1] } }, { s: 1 }), 5429414, "Expected the sortBy field to be a number, but it was string"),
    one(windowed({ $rank: {} }), 5371602, "$rank must be specified with a top level sortBy expression with exactly one element"),
    one(windowed({ $rank: 1 }, { a: 1 }), 5371603, "$rank must be specified with '{}' as the value"),
    one(windowed({ $rank: {}, window: {} }, { a: 1 }), 5371601, "Rank style window functions take no other arguments"),
    one(windowed({ $shift: { output: "$a" } }, { a: 1 }), 9, "$shift requires 'by' as an integer value."),
    one(windowed({ $expMovingAvg: { input: "$a" } }, { a: 1 }), 9, "$expMovingAvg sub object must have exactly two fields"),
    one(windowed({ $derivative: { input: "$a" } }, { a: 1 }), 9, "$derivative requires explicit window bounds"),
    one(windowed({ $derivative: { input: "$a", unit: "month" }, window: {} }, { a: 1 }), 5490710, "unit must be 'week' or smaller"),
    one(windowed({ $linearFill: "$a" }), 605001, "$linearFill must be specified with a top level sortBy expression"),
    one(windowed({ $locf: "$a", window: {} }, { a: 1 }), 9, "'window' field is not allowed in $locf"),
  ],
  "$densify and $fill": [
    one({ $densify: 5 }, 9, "The $densify stage specification must be an object, found int"),
    one(densify({ step: 0, bounds: "full" }), 5733401, "strictly positive numeric value"),
    one(densify({ step: 1.5, unit: "day", bounds: "full" }), 6586400, "must be a whole number when densifying a date range"),
    one(densify({ step: 1, bounds: "x" }), 5946802, "Bounds string must either be 'full' or 'partition'"),
    one(densify({ step: 1, bounds: "partition" }), 5733408, "One cannot specify the bounds as 'partition'"),
    one(densify({ step: 1, bounds: [1] }), 5733403, "exactly two elements"),
    one(densify({ step: 1, bounds: [2, 1] }), 5733402, "ascending array"),
    one(densify({ step: 1, bounds: [1, 2.5] }), 5876900, "must all have the same type"),
    one(densify({ step: 1, unit: "day", bounds: "full" }), 6053600, "numeric densify value"),
    one({ $densify: { field: "s", range: { step: 1, bounds: "full" } } }, 5733201, "Densify field type must be numeric or a date"),
    one({ $densify: { field: "a", range: { step: 0.00001, bounds: [1.5, 1e9] } } }, 5876900, "same type"),
    one({ $fill: 5 }, 9, "The $fill stage specification must be an object, found int"),
    one({ $fill: { output: {} } }, 6050203, "must contain an object with at least one element"),
    one({ $fill: { output: { a: 5 } } }, 6050200, "must be an object with exactly one field"),
    one({ $fill: { output: { a: { method: "locf", value: 1 } } } }, 6050201, "exactly one of 'method' or 'value' fields"),
    one({ $fill: { output: { a: { method: "x" } } } }, 6050202, "Method must be either locf or linear"),
  ],
};

describe("document store: bad pipelines", () => {
  refusedTables(tables);

  describe("the command", () => {
    let s: TestStore;
    before(async () => {
      s = await startTestStore();
    });
    after(() => s.stop());
    // biome-ignore format: one row a line
    const commands: [Document, number, string][] = [
      [{ aggregate: 1, pipeline: [], cursor: {} }, 73, "{aggregate: 1} is not valid for an empty pipeline."],
      [{ aggregate: 1, pipeline: [{ $match: {} }], cursor: {} }, 73, "{aggregate: 1} is not valid for '$match'; a collection is required."],
      [{ aggregate: true, pipeline: [], cursor: {} }, 9, "must specify a collection name or 1"],
      [{ aggregate: "c", pipeline: 5, cursor: {} }, 14, "'pipeline' option must be specified as an array"],
      [{ aggregate: "c", cursor: {} }, 40414, "BSON field 'aggregate.pipeline' is missing but a required field"],
      [{ aggregate: "c", pipeline: [] }, 9, "The 'cursor' option is required"],
      [{ aggregate: "c", pipeline: [], cursor: { x: 1 } }, 40415, "BSON field 'cursor.x' is an unknown field."],
      [{ aggregate: "c", pipeline: [], cursor: {}, let: { A: 1 } }, 16867, "invalid character for a user variable name"],
      [{ aggregate: "c", pipeline: [], cursor: {}, nope: 1 }, 40415, "BSON field 'aggregate.nope' is an unknown field."],
    ];
    it("is refused with MongoDB's codes", async () => {
      for (const [command, code, message] of commands) {
        const e = await failure(s.db.command(command));
        expect(e.code, `${JSON.stringify(command)}: ${e.message}`).to.equal(code);
        expect(e.message).to.contain(message);
      }
    });

    it("holds no more than memory allows", async () => {
      const c = s.db.collection("big");
      const text = "x".repeat(1_000_000);
      for (let i = 0; i < 6; i++) await c.insertMany(Array.from({ length: 10 }, () => ({ text })));
      const stages: [Document, number][] = [
        [{ $facet: { a: [{ $limit: 1 }] } }, 146],
        [{ $setWindowFields: { output: { n: { $count: {} } } } }, 5414201],
        [{ $lookup: { from: "big", pipeline: [{ $project: { text: 1 } }], as: "r" } }, 4568],
        [{ $densify: { field: "n", range: { step: 1, bounds: "full" } } }, 292],
        [
          {
            $graphLookup: {
              from: "big",
              startWith: null,
              connectFromField: "text",
              connectToField: "nothing",
              as: "r",
            },
          },
          40099,
        ],
      ];
      for (const [stage, code] of stages) {
        const e = await failure(c.aggregate([stage]).toArray());
        expect(e.code, `${JSON.stringify(stage)}: ${e.message}`).to.equal(code);
      }
      const steps = { $densify: { field: "n", range: { step: 1, bounds: [0, 600_000] } } };
      expect(
        (
          await failure(
            s.db
              .collection("none")
              .aggregate([steps, { $count: "n" }])
              .toArray(),
          )
        ).code,
      ).to.equal(5897900);
    });
  });
});
