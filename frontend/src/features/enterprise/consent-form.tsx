import { SignatureOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Checkbox, Collapse, Form } from "antd";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import type { catalogList } from "../../../../backend/features/data-exchange/data-exchange-schemas.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { localized } from "../../lib/format.ts";
import { catalogsQuery, institutionsQuery } from "../../lib/queries.ts";
import { FIRST_SCOPE, ScopeFields } from "../consents/scope-fields.tsx";
import { type ConsentWish, type Institution, useGiveConsents } from "./use-give-consents.ts";
import "./enterprise.css";

type Catalog = z.infer<typeof catalogList>["items"][number];

interface FormProps {
  /** The consent is for this request alone. */
  requestId?: string;
  /** Institutions that hold a live consent already. */
  holders: ReadonlySet<string>;
  onGiven?: () => void;
}

function Fields(props: FormProps & { institutions: Institution[]; catalogs: Catalog[] }) {
  const { t } = useTranslation("enterprise");
  const give = useGiveConsents(props.requestId);
  const [form] = Form.useForm<ConsentWish>();
  const choices = props.institutions.filter(({ address }) => address !== undefined);
  if (choices.length === 0) return <EmptyState text={t("consent.noInstitutions")} />;
  return (
    <Form<ConsentWish>
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={{
        institutions: [],
        catalogs: props.catalogs.map(({ id }) => id),
        ...FIRST_SCOPE,
      }}
      onFinish={async (wish) => {
        if (!(await give.run(wish, choices))) return;
        form.setFieldValue("institutions", []);
        props.onGiven?.();
      }}
    >
      <Form.Item
        name="institutions"
        label={t("consent.institutions")}
        rules={[{ type: "array", min: 1, message: t("consent.institutionsMissing") }]}
      >
        <Checkbox.Group className="rq-choices">
          {choices.map((institution) => (
            <Checkbox
              key={institution.id}
              value={institution.id}
              disabled={props.holders.has(institution.id)}
              data-testid={`consent-institution-${institution.id}`}
            >
              {institution.name}
              {props.holders.has(institution.id) && <span className="rq-small rq-soft"> {t("consent.has")}</span>}
            </Checkbox>
          ))}
        </Checkbox.Group>
      </Form.Item>
      <ScopeFields />
      <Collapse
        size="small"
        className="rq-bottom-gap"
        items={[
          {
            key: "catalogs",
            // The list is part of what is signed, so it is in the form even while it is folded.
            forceRender: true,
            label: t("consent.catalogs", { count: props.catalogs.length }),
            children: (
              <Form.Item
                name="catalogs"
                noStyle
                rules={[{ type: "array", min: 1, message: t("consent.catalogsMissing") }]}
              >
                <Checkbox.Group
                  className="rq-choices"
                  options={props.catalogs.map((catalog) => ({
                    value: catalog.id,
                    label: `${localized(catalog.name)} · ${localized(catalog.departmentName)}`,
                  }))}
                />
              </Form.Item>
            ),
          },
        ]}
      />
      {give.error !== undefined && (
        <Form.Item>
          <ProblemAlert error={give.error} />
        </Form.Item>
      )}
      <Button
        type="primary"
        htmlType="submit"
        icon={<SignatureOutlined />}
        loading={give.pending}
        data-testid="consent-sign"
      >
        {t("consent.sign")}
      </Button>
    </Form>
  );
}

/** Whom to let read, what, for what and how long; signed with the enterprise's main key. */
export function ConsentForm(props: FormProps) {
  const institutions = useQuery(institutionsQuery);
  const catalogs = useQuery(catalogsQuery);
  return (
    <QueryView query={institutions}>
      {(parties) => (
        <QueryView query={catalogs}>
          {(listed) => <Fields {...props} institutions={parties.items} catalogs={listed.items} />}
        </QueryView>
      )}
    </QueryView>
  );
}
