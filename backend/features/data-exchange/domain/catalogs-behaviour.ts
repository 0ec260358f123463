import type { Catalog } from "./catalog.ts";
import { amount, code, date, optional, subjectName, subjectUscc, text } from "./fields.ts";

/* What the enterprise did, well or badly: judgments, penalties, inventions. */

export const BEHAVIOUR_CATALOGS: readonly Catalog[] = [
  {
    id: "court-judgments",
    name: { zh: "司法裁判与执行信息", en: "Court judgments and enforcement" },
    departmentCode: "court",
    sensitivity: "internal",
    shareType: "conditional",
    updateFrequency: "weekly",
    legalBasis: "《最高人民法院关于人民法院在互联网公布裁判文书的规定》",
    key: ["caseNo", "uscc"],
    subjectField: "uscc",
    fields: [
      subjectUscc,
      subjectName,
      text("caseNo", "案号", "Case number", ["案件编号", "执行案号"]),
      text("cause", "案由", "Cause", ["案件类型"], optional),
      code("role", "诉讼地位", "Role", ["当事人地位", "诉讼身份", "地位"], {
        codes: {
          原告: "plaintiff",
          申请执行人: "plaintiff",
          被告: "defendant",
          被执行人: "enforced",
          失信被执行人: "dishonest-enforced",
          第三人: "third-party",
        },
      }),
      amount("amount", "标的金额", "Amount in dispute", ["标的额", "执行标的", "涉案金额", "判决金额"]),
      code("status", "案件状态", "Status", ["执行状态", "状态", "结案状态"], {
        codes: {
          审理中: "open",
          执行中: "open",
          未结: "open",
          未履行: "open",
          已结: "closed",
          已结案: "closed",
          已履行: "closed",
          执行完毕: "closed",
        },
      }),
      date("filedOn", "立案日期", "Filed on", ["立案时间"]),
      date("closedOn", "结案日期", "Closed on", ["结案时间"], optional),
    ],
  },
  {
    id: "administrative-penalties",
    name: { zh: "行政处罚信息", en: "Administrative penalties" },
    departmentCode: "market-regulation",
    sensitivity: "public",
    shareType: "open",
    updateFrequency: "weekly",
    legalBasis: "《中华人民共和国行政处罚法》",
    key: ["decisionNo"],
    subjectField: "uscc",
    fields: [
      subjectUscc,
      subjectName,
      text("decisionNo", "处罚决定书文号", "Decision number", ["决定书文号", "行政处罚决定书文号", "文号"]),
      text("violation", "违法事实", "Violation", ["违法行为类型", "处罚事由"], optional),
      code("penaltyKind", "处罚种类", "Kind", ["处罚类别", "处罚类型"], {
        codes: {
          警告: "warning",
          罚款: "fine",
          没收违法所得: "confiscation",
          责令停产停业: "suspension",
          吊销许可证: "revocation",
        },
      }),
      amount("fineAmount", "罚款金额", "Fine", ["处罚金额", "罚款数额"], optional),
      date("decidedOn", "处罚决定日期", "Decided on", ["决定日期", "处罚日期", "作出处罚日期"]),
      text("authority", "处罚机关", "Authority", ["作出处罚机关", "处罚单位"], optional),
    ],
  },
  {
    id: "patents",
    name: { zh: "专利信息", en: "Patents" },
    departmentCode: "market-regulation",
    sensitivity: "public",
    shareType: "open",
    updateFrequency: "monthly",
    legalBasis: "《中华人民共和国专利法》",
    key: ["patentNo"],
    subjectField: "uscc",
    fields: [
      subjectUscc,
      subjectName,
      text("patentNo", "专利号", "Patent number", ["专利申请号", "授权号"]),
      text("title", "专利名称", "Title", ["发明名称", "名称"]),
      code("patentType", "专利类型", "Type", ["类型", "专利种类"], {
        codes: {
          发明: "invention",
          发明专利: "invention",
          实用新型: "utility-model",
          实用新型专利: "utility-model",
          外观设计: "design",
          外观设计专利: "design",
        },
      }),
      date("grantedOn", "授权公告日", "Granted on", ["授权日期", "授权日", "授权公告日期"]),
      code("status", "法律状态", "Legal status", ["专利状态", "状态"], {
        codes: {
          有效: "valid",
          专利权维持: "valid",
          失效: "lapsed",
          终止: "lapsed",
          未缴年费终止: "lapsed",
          质押: "pledged",
        },
      }),
    ],
  },
];
