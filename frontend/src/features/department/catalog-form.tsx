import { PlusOutlined } from "@ant-design/icons";
import { Button, Card, Flex, Input, Select } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { isProblem } from "../../lib/api-problem.ts";
import { useAction } from "../../lib/use-action.ts";
import { bodyOf, type CatalogDraft, type FieldDraft, NEW_FIELD, ownLanguage } from "./catalog-draft.ts";
import { CatalogFieldEditor } from "./catalog-field-editor.tsx";
import type { CatalogDetail, CatalogField } from "./catalog-queries.ts";

const CHOICES = {
  group: ["identity", "operation", "tax", "people", "assets", "justice", "innovation", "supply-chain", "environment"],
  sensitivity: ["public", "internal", "sensitive"],
  shareType: ["open", "conditional", "closed"],
  updateFrequency: ["daily", "weekly", "monthly", "quarterly", "yearly"],
} as const;
const WORDS = {
  group: "group",
  sensitivity: "department:sensitivity",
  shareType: "department:shareType",
  updateFrequency: "department:frequency",
} as const;

type DateUse = "periodField" | "endedField" | "sourceTimeField";

const choiceOf = ({ name, label }: FieldDraft) => ({ value: name, label: label.zh || name });

/** A label above its control, named for screen readers by it. */
function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label style={{ display: "block", flex: "1 1 240px" }}>
      <div style={{ marginBottom: 4 }}>{label}</div>
      {children}
    </label>
  );
}

export function CatalogForm({ first, isNew }: { first: CatalogDraft; isNew: boolean }) {
  const { t } = useTranslation("catalogs");
  const navigate = useNavigate();
  const [draft, setDraft] = useState(first);
  const set = (change: Partial<CatalogDraft>): void => setDraft((old) => ({ ...old, ...change }));
  const sending = useAction(async () => {
    const path = isNew ? "/catalogs" : `/catalogs/${encodeURIComponent(draft.id)}/versions`;
    const { id } = await api.post<CatalogDetail>(path, bodyOf(draft, isNew));
    await navigate(`/department/catalogs/${encodeURIComponent(id)}`);
  });
  const refused = ownLanguage(sending.error);
  const errors = isProblem(refused) ? refused.fieldErrors : [];
  const fields = draft.fields.filter(({ name }) => name !== "");
  const fieldChoices = fields.map(choiceOf);
  const setFields = (change: (fields: CatalogDraft["fields"]) => CatalogDraft["fields"]): void =>
    setDraft((old) => ({ ...old, fields: change(old.fields) }));
  /** A date after which records about persons are erased comes with the years until then. */
  const choose = (name: DateUse, value: string | undefined): void =>
    set({
      [name]: value,
      ...(name === "endedField" ? { erasedAfterYears: value ? (draft.erasedAfterYears ?? 5) : undefined } : {}),
    });
  const pick = (name: DateUse, label: string, types: readonly CatalogField["type"][]) => (
    <Row label={label}>
      <Select
        allowClear
        style={{ width: "100%" }}
        {...(draft[name] ? { value: draft[name] } : {})}
        onChange={(value: string | undefined) => choose(name, value)}
        options={fields.filter(({ type }) => types.includes(type)).map(choiceOf)}
      />
    </Row>
  );
  return (
    <Flex vertical gap={16}>
      <Card>
        <Flex gap={16} wrap>
          <Row label={t("detail.id")}>
            <Input
              value={draft.id}
              disabled={!isNew}
              onChange={(event) => set({ id: event.target.value.trim() })}
              placeholder="farm-insurance"
              data-testid="catalog-id"
            />
          </Row>
          <Row label={t("form.nameZh")}>
            <Input
              value={draft.name.zh}
              onChange={(event) => set({ name: { ...draft.name, zh: event.target.value } })}
              data-testid="catalog-name-zh"
            />
          </Row>
          <Row label={t("form.nameEn")}>
            <Input
              value={draft.name.en}
              onChange={(event) => set({ name: { ...draft.name, en: event.target.value } })}
              data-testid="catalog-name-en"
            />
          </Row>
          <Row label={t("detail.legalBasis")}>
            <Input
              value={draft.legalBasis}
              onChange={(event) => set({ legalBasis: event.target.value })}
              placeholder="《中华人民共和国…法》"
              data-testid="catalog-law"
            />
          </Row>
          {(Object.keys(CHOICES) as (keyof typeof CHOICES)[]).map((name) => (
            <Row key={name} label={t(`form.${name}`)}>
              <Select
                style={{ width: "100%" }}
                value={draft[name]}
                onChange={(value) => set({ [name]: value })}
                options={CHOICES[name].map((value) => ({ value, label: t(`${WORDS[name]}.${value}`) }))}
              />
            </Row>
          ))}
        </Flex>
      </Card>
      <Card title={t("detail.fields")}>
        <Flex vertical gap={8}>
          {draft.fields.map((field, position) => (
            <CatalogFieldEditor
              // biome-ignore lint/suspicious/noArrayIndexKey: a field that is being named has no identity of its own
              key={position}
              position={position}
              field={field}
              errors={errors}
              onChange={(change) =>
                setFields((old) => old.map((other, i) => (i === position ? { ...other, ...change } : other)))
              }
              onMove={(by) =>
                setFields((old) => {
                  const next = [...old];
                  const [moved] = next.splice(position, 1);
                  next.splice(Math.max(0, position + by), 0, moved!);
                  return next;
                })
              }
              onRemove={() => setFields((old) => old.filter((_, i) => i !== position))}
            />
          ))}
          <Button
            icon={<PlusOutlined />}
            disabled={draft.fields.length >= 80}
            onClick={() => setFields((old) => [...old, { ...NEW_FIELD }])}
            data-testid="field-add"
          >
            {t("form.addField")}
          </Button>
        </Flex>
      </Card>
      <Card title={t("form.use")}>
        <Flex gap={16} wrap>
          <Row label={t("detail.key")}>
            <Select
              mode="multiple"
              style={{ width: "100%" }}
              value={draft.key}
              onChange={(key: string[]) => set({ key })}
              options={fieldChoices}
              data-testid="catalog-key"
            />
          </Row>
          <Row label={t("role.subject")}>
            <Select
              style={{ width: "100%" }}
              value={draft.subjectField}
              onChange={(subjectField: string) => set({ subjectField })}
              options={fieldChoices}
            />
          </Row>
          {pick("periodField", t("role.period"), ["month", "date", "integer"])}
          {pick("sourceTimeField", t("role.sourceTime"), ["date"])}
          {pick("endedField", t("role.ended"), ["date"])}
        </Flex>
      </Card>
      {refused !== undefined && <ProblemAlert error={refused} />}
      <div>
        <Button
          type="primary"
          loading={sending.pending}
          onClick={() => void sending.run()}
          data-testid="catalog-submit"
        >
          {t("form.submit")}
        </Button>{" "}
        <span className="rq-small">{t("form.approval")}</span>
      </div>
    </Flex>
  );
}
