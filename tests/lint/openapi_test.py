#!/usr/bin/env python3
"""The lint's own test: each difference is made once in a small file, and one without any passes."""

import unittest

import openapi

SOURCE = """
    Row{ApiCall::kListLinks, "GET", "links", Purpose::kRead},
    Row{ApiCall::kRetryLinks, "POST", "links/*/retry", Purpose::kAct},
"""
OTHERS = """
  /healthz:
    get:
      security: []
  /readyz:
    get:
      security: []
  /metrics:
    get:
      security: [{}, {token: []}, {password: []}]
"""
YAML = f"""openapi: 3.1.0

paths:{OTHERS}
  /api/v1/links:
    get:
      security: [{{}}, {{token: []}}, {{password: []}}]
      parameters:
        - {{$ref: "#/components/parameters/Flag"}}
  /api/v1/links/{{id}}/retry:
    post:
      security: [{{token: []}}, {{password: []}}]

components:
  parameters:
    Project:
      name: project

    Flag:
      name: flag
"""


class OpenApiTest(unittest.TestCase):
    def assert_differs(self, source, yaml, *differences):
        self.assertEqual(list(openapi.differences(source, yaml)), list(differences))

    def test_files_that_agree_pass(self):
        self.assert_differs(SOURCE, YAML)

    def test_a_route_that_is_not_described_is_found(self):
        source = SOURCE + 'Row{ApiCall::kShowLink, "GET", "links/*", Purpose::kRead},'
        self.assert_differs(source, YAML, "openapi.yaml lacks GET /api/v1/links/*")

    def test_a_description_of_no_route_is_found(self):
        yaml = YAML.replace("    post:", "    delete:")
        self.assert_differs(SOURCE, yaml, "openapi.yaml lacks POST /api/v1/links/*/retry",
                            "openapi.yaml has DELETE /api/v1/links/*/retry, which is no route")

    def test_another_need_for_the_token_is_found(self):
        source = SOURCE.replace("kAct", "kRead")
        self.assert_differs(source, YAML, "openapi.yaml: POST /api/v1/links/*/retry is kRead, and its security is "
                                          "[{token: []}, {password: []}]")

    def test_an_operation_without_security_is_found(self):
        yaml = YAML.replace("      security: [{token: []}, {password: []}]\n", "")
        self.assert_differs(SOURCE, yaml, "openapi.yaml: POST /api/v1/links/*/retry is kAct, and its security is missing")

    def test_a_reference_to_nothing_is_found(self):
        yaml = YAML.replace("    Flag:\n", "    Flagg:\n")
        self.assert_differs(SOURCE, yaml, "openapi.yaml: nothing is at #/components/parameters/Flag")


if __name__ == "__main__":
    unittest.main()
