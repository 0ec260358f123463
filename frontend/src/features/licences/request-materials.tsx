import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Descriptions, Form, Input, Modal, Select, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Dossier, MaterialContent } from "../../../../backend/features/licences/material-schemas.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { API_PREFIX, api } from "../../lib/api.ts";
import { formatDate, formatFen, localized } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { useAccount } from "../session/use-account.ts";
import { DossierItems } from "./dossier-items.tsx";
import { dossierQuery, materialKindsQuery } from "./queries.ts";
import { StatusTag } from "./status-tag.tsx";

interface Wish {
  kinds: string[];
  note: string;
}

function AskForm({ requestId }: { requestId: string }) {
  const { t } = useTranslation("licences");
  const client = useQueryClient();
  const kinds = useQuery(materialKindsQuery).data?.items ?? [];
  const [form] = Form.useForm<Wish>();
  const ask = useAction(async (wish: Wish) => {
    await api.post<Dossier>(`/requests/${encodeURIComponent(requestId)}/material-asks`, wish);
    form.resetFields();
    await client.invalidateQueries({ queryKey: ["materials"] });
  });
  return (
    <Form<Wish>
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={{ kinds: [], note: "" }}
      onFinish={(wish) => void ask.run(wish)}
    >
      <Form.Item
        name="kinds"
        label={t("dossier.kinds")}
        htmlFor="ask-kinds"
        rules={[{ required: true, type: "array", min: 1 }]}
      >
        <Select
          id="ask-kinds"
          mode="multiple"
          maxCount={20}
          options={kinds.map(({ id, name }) => ({ value: id, label: localized(name) }))}
          data-testid="ask-kinds"
        />
      </Form.Item>
      <Form.Item name="note" label={t("dossier.note")} htmlFor="ask-note">
        <Input id="ask-note" maxLength={500} />
      </Form.Item>
      {ask.error !== undefined && (
        <Form.Item>
          <ProblemAlert error={ask.error} />
        </Form.Item>
      )}
      <Button htmlType="submit" loading={ask.pending} data-testid="ask-send">
        {t("dossier.ask")}
      </Button>
    </Form>
  );
}

function Content({ requestId, content }: { requestId: string; content: MaterialContent }) {
  const { t } = useTranslation("licences");
  const { file, statement, licence, validUntil } = content;
  const path = `${API_PREFIX}/requests/${encodeURIComponent(requestId)}/materials/${encodeURIComponent(content.kind)}/file`;
  return (
    <div className="rq-stack" data-testid="material-content">
      <Descriptions
        size="small"
        column={1}
        bordered
        items={[
          ...(licence
            ? [
                { key: "number", label: t("licence.number"), children: licence.number },
                { key: "status", label: t("common:state"), children: <StatusTag state={licence.status} /> },
              ]
            : []),
          ...(statement ?? []).map(({ name, label, amount, value }) => ({
            key: name,
            label: localized(label),
            children: amount ? formatFen(value) : value,
          })),
          ...(file ? [{ key: "file", label: t("material.file"), children: file.name }] : []),
          ...(validUntil ? [{ key: "until", label: t("licence.validUntil"), children: formatDate(validUntil) }] : []),
        ]}
      />
      {file && (
        <Button href={path} download={file.name} data-testid="material-open-file">
          {t("material.download")}
        </Button>
      )}
    </div>
  );
}

function Attached({ requestId, items }: Dossier) {
  const { t } = useTranslation("licences");
  const [content, setContent] = useState<MaterialContent>();
  const open = useAction(async (kind: string) => {
    const path = `/requests/${encodeURIComponent(requestId)}/materials/${encodeURIComponent(kind)}`;
    setContent(await api.get<MaterialContent>(path));
  });
  return (
    <div className="rq-stack">
      {open.error !== undefined && <ProblemAlert error={open.error} />}
      {items.map(({ kind, kindName, state }) => (
        <Space key={kind} wrap data-testid={`dossier-item-${kind}`}>
          <StatusTag state={state} />
          {localized(kindName)}
          {state === "attached" && (
            <Button
              size="small"
              loading={open.pending}
              onClick={() => void open.run(kind)}
              data-testid={`dossier-open-${kind}`}
            >
              {t("dossier.open")}
            </Button>
          )}
        </Space>
      ))}
      <Modal
        open={content !== undefined}
        onCancel={() => setContent(undefined)}
        footer={null}
        title={content?.title}
        destroyOnHidden
      >
        {content && <Content requestId={requestId} content={content} />}
      </Modal>
    </div>
  );
}

/** Materials of a financing request, for its enterprise and for institutions. */
export function RequestMaterials({ requestId }: { requestId: string }) {
  const { t } = useTranslation("licences");
  const query = useQuery(dossierQuery(requestId));
  const institution = useAccount()?.role === "institution";
  return (
    <Card title={t("dossier.title")} data-testid="request-materials">
      <div className="rq-stack">
        <QueryView
          query={query}
          isEmpty={(data) => data.items.length === 0}
          empty={<EmptyState text={t(institution ? "dossier.emptyInstitution" : "dossier.empty")} />}
        >
          {(data) => (institution ? <Attached {...data} /> : <DossierItems {...data} />)}
        </QueryView>
        {institution && <AskForm requestId={requestId} />}
      </div>
    </Card>
  );
}
