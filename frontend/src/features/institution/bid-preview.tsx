import { Alert } from "antd";
import type { BidTerms } from "./signed-acts.ts";
