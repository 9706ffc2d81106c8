package block_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/ripostehq/riposte/internal/code/block"
)

// module is one folder of files, as a person wrote them.
func module(t testing.TB, files map[string]string) (*block.Module, error) {
	t.Helper()
	from := fstest.MapFS{}
	for name, text := range files {
		from[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tree, err := block.ReadFolder(from, nil, block.Customary())
	if err != nil {
		t.Fatal(err)
	}
	return tree.Module("")
}

const dns = `# The zone of the shop. Ask Ann before you change it.

resource "aws_route53_zone" "shop" { name = "shop.example" }

# the old landing page
# of 2019
resource "aws_route53_record" "landing" {
    zone_id = aws_route53_zone.shop.zone_id   # not aligned by anybody
  name="landing.shop.example"
  type = "CNAME"
  ttl     = 300
  records = ["landing.s3-website-eu-west-1.amazonaws.com"]
} # until the relaunch

resource "aws_route53_record" "www" {
  zone_id = aws_route53_zone.shop.zone_id
  name    = "www.shop.example"
}
`

// A block goes with the comment right above it and one blank line. No other byte changes, however badly the file is aligned.
func TestABlockIsRemovedAndNothingElse(t *testing.T) {
	m, err := module(t, map[string]string{"dns.tf": dns})
	if err != nil {
		t.Fatal(err)
	}
	b, err := m.Resource("aws_route53_record.landing")
	if err != nil {
		t.Fatal(err)
	}
	c, err := b.Drop()
	if err != nil {
		t.Fatal(err)
	}
	from, to := strings.Index(dns, "# the old"), strings.Index(dns, `resource "aws_route53_record" "www"`)
	if d := cmp.Diff(dns[:from]+dns[to:], string(c.New)); d != "" {
		t.Error(d)
	}
	want := `--- a/dns.tf
+++ b/dns.tf
@@ -2,15 +2,6 @@
 
 resource "aws_route53_zone" "shop" { name = "shop.example" }
 
-# the old landing page
-# of 2019
-resource "aws_route53_record" "landing" {
-    zone_id = aws_route53_zone.shop.zone_id   # not aligned by anybody
-  name="landing.shop.example"
-  type = "CNAME"
-  ttl     = 300
-  records = ["landing.s3-website-eu-west-1.amazonaws.com"]
-} # until the relaunch
-
 resource "aws_route53_record" "www" {
   zone_id = aws_route53_zone.shop.zone_id
   name    = "www.shop.example"
`
	want = strings.Replace(want, "@@ -2,15 +2,6 @@", fmt.Sprintf("@@ -2,%d +2,%d @@", 16, 6), 1)
	if d := cmp.Diff(want, c.Diff()); d != "" {
		t.Error(d)
	}
	if file, line := b.Place(); file != "dns.tf" || line != 7 {
		t.Errorf("it stands in %s:%d", file, line)
	}
}

// An attribute becomes a literal: where one stood, in the block that is there, or in a block of its own.
func TestTokensAreRequired(t *testing.T) {
	for story, c := range map[string]struct{ block, want string }{
		"it says optional":      {"  metadata_options {\n    http_tokens=\"optional\" # agents\n  }\n", "  metadata_options {\n    http_tokens=\"required\" # agents\n  }\n"},
		"it says other options": {"  metadata_options {\n      http_endpoint = \"enabled\"\n  }\n", "  metadata_options {\n      http_endpoint = \"enabled\"\n      http_tokens = \"required\"\n  }\n"},
		"in one line":           {"  metadata_options { http_endpoint = \"enabled\" }\n", "  metadata_options {\n    http_endpoint = \"enabled\"\n    http_tokens = \"required\"\n  }\n"},
		"says nothing":          {"  metadata_options {}\n", "  metadata_options {\n    http_tokens = \"required\"\n  }\n"},
		"is not there":          {"\tname = \"web\"\n", "\tname = \"web\"\n\n\tmetadata_options {\n\t\thttp_tokens = \"required\"\n\t}\n"},
		"nothing is":            {"", "  metadata_options {\n    http_tokens = \"required\"\n  }\n"},
		"lines of Windows'":     {"  name = \"web\"\r\n", "  name = \"web\"\r\n\r\n  metadata_options {\r\n    http_tokens = \"required\"\r\n  }\r\n"},
	} {
		frame := "resource \"aws_launch_template\" \"web\" {\n%s}\n\noutput \"id\" { value = aws_launch_template.web.id }\n"
		if strings.Contains(c.block, "\r") {
			frame = strings.ReplaceAll(frame, "\n", "\r\n")
		}
		m, err := module(t, map[string]string{"main.tf": fmt.Sprintf(frame, c.block)})
		if err != nil {
			t.Fatal(err)
		}
		b, err := m.Resource("aws_launch_template.web")
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.Set("metadata_options", "http_tokens", "required")
		if err != nil {
			t.Errorf("%s: %v", story, err)
			continue
		}
		if d := cmp.Diff(fmt.Sprintf(frame, c.want), string(got.New)); d != "" {
			t.Errorf("%s: %s", story, d)
		}
	}
}

// What stands all in one line, and an attribute of the block itself.
func TestAnImageIsPutBack(t *testing.T) {
	m, err := module(t, map[string]string{"main.tf": `resource "aws_launch_template" "web" { image_id = "ami-0evil" }`})
	if err != nil {
		t.Fatal(err)
	}
	b, err := m.Resource("aws_launch_template.web")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ inside, name, value, want string }{
		{"", "image_id", "ami-0golden", `resource "aws_launch_template" "web" { image_id = "ami-0golden" }`},
		{"", "name", "a${b}", "resource \"aws_launch_template\" \"web\" {\n  image_id = \"ami-0evil\"\n  name = \"a$${b}\"\n}"},
		{"metadata_options", "http_tokens", "required", "resource \"aws_launch_template\" \"web\" {\n  image_id = \"ami-0evil\"\n\n  metadata_options {\n    http_tokens = \"required\"\n  }\n}"},
	} {
		got, err := b.Set(c.inside, c.name, c.value)
		if err != nil || string(got.New) != c.want {
			t.Errorf("%s: %q, %v", c.name, got.New, err)
		}
	}
}

// What is not for sure is left to a person, who is told where and why.
func TestWhatIsRefused(t *testing.T) {
	const plain = "resource \"aws_eip\" \"a\" {\n  domain = \"vpc\"\n}\n"
	drop := func(b *block.Block) error { _, err := b.Drop(); return err }
	set := func(b *block.Block) error { _, err := b.Set("metadata_options", "http_tokens", "required"); return err }
	for story, c := range map[string]struct {
		address string
		files   map[string]string
		do      func(*block.Block) error
		want    string
	}{
		"for_each":                  {`aws_eip.a["b"]`, map[string]string{"a.tf": "resource \"aws_eip\" \"a\" {\n  for_each = toset([\"b\"])\n}"}, drop, `aws_eip.a["b"], a.tf:2: the block makes several resources (for_each), and only ["b"] is meant`},
		"count":                     {"aws_eip.a[0]", map[string]string{"a.tf": "resource \"aws_eip\" \"a\" {\n  count = 2\n}"}, set, "several resources (count), and only [0] is meant"},
		"an index of nothing":       {"aws_eip.a[0]", map[string]string{"a.tf": plain}, drop, "the two differ"},
		"a module":                  {"module.in.aws_eip.a", map[string]string{"a.tf": "module \"in\" {\n  source = \"./in\"\n}"}, drop, `module.in.aws_eip.a, a.tf:1: it is in module "in": whoever calls that must change what it is given`},
		"a module by index":         {`module.in["x"].aws_eip.a`, map[string]string{"a.tf": "module \"in\" {\n  source = \"./in\"\n}"}, drop, "a.tf:1"},
		"a reference":               {"aws_eip.a", map[string]string{"a.tf": plain, "b.tf": "output \"ip\" {\n  value = aws_eip.a.public_ip\n}"}, drop, "b.tf:2: something else refers to it"},
		"a reference in a text":     {"aws_eip.a", map[string]string{"a.tf": plain, "b.tf": "output \"ip\" {\n  value = \"ip ${aws_eip.a.public_ip}\"\n}"}, drop, "b.tf:2"},
		"a splat":                   {"aws_eip.a", map[string]string{"a.tf": plain, "b.tf": "output \"ip\" {\n  value = aws_eip.a[*].id\n}"}, drop, "b.tf:2"},
		"depends_on":                {"aws_eip.a", map[string]string{"a.tf": plain, "b.tf": "resource \"aws_eip\" \"b\" {\n  depends_on = [aws_eip.a]\n}"}, drop, "b.tf:2"},
		"depends_on, as it was":     {"aws_eip.a", map[string]string{"a.tf": plain, "b.tf": "resource \"aws_eip\" \"b\" {\n  depends_on = [\"aws_eip.a\"]\n}"}, drop, "b.tf:2"},
		"moved":                     {"aws_eip.a", map[string]string{"a.tf": plain, "b.tf": "moved {\n  from = aws_eip.b\n  to = aws_eip.a\n}"}, drop, "b.tf:3"},
		"import":                    {"aws_eip.a", map[string]string{"a.tf": plain, "b.tf": "import {\n  to = aws_eip.a\n  id = \"eipalloc-1\"\n}"}, drop, "b.tf:2"},
		"declared twice":            {"aws_eip.a", map[string]string{"a.tf": plain, "b.tf": plain}, drop, "b.tf:1: it is declared twice, or overridden: the other is in a.tf"},
		"not there":                 {"aws_eip.z", map[string]string{"a.tf": plain}, drop, "aws_eip.z: no block of that name is in the folder"},
		"no address":                {"aws_eip", map[string]string{"a.tf": plain}, drop, "no address of a resource"},
		"a syntax error":            {"aws_eip.a", map[string]string{"a.tf": plain, "b.tf": "resource \"aws_eip\" {\n\n"}, drop, "b.tf:"},
		"a file of JSON":            {"aws_eip.a", map[string]string{"a.tf": plain, "b.tf.json": "{}"}, drop, "b.tf.json: riposte reads Terraform's own language alone"},
		"Terragrunt":                {"aws_eip.a", map[string]string{"a.tf": plain, "terragrunt.hcl": ""}, drop, "terragrunt.hcl"},
		"no files":                  {"aws_eip.a", map[string]string{"README": ""}, drop, "no file of Terraform's"},
		"too deep":                  {"aws_eip.a", map[string]string{"a.tf": "a = " + strings.Repeat("[", 300)}, drop, "nests too deep"},
		"it is not to be destroyed": {"aws_eip.a", map[string]string{"a.tf": "resource \"aws_eip\" \"a\" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}"}, drop, "a.tf:3: its lifecycle prevents"},
		"an expression":             {"aws_eip.a", map[string]string{"a.tf": "resource \"aws_eip\" \"a\" {\n  metadata_options {\n    http_tokens = var.tokens\n  }\n}"}, set, "a.tf:3: http_tokens is an expression"},
		"an expression in a text":   {"aws_eip.a", map[string]string{"a.tf": "resource \"aws_eip\" \"a\" {\n  metadata_options {\n    http_tokens = \"${var.tokens}\"\n  }\n}"}, set, "a.tf:3: http_tokens is an expression"},
		"a dynamic block":           {"aws_eip.a", map[string]string{"a.tf": "resource \"aws_eip\" \"a\" {\n  dynamic \"metadata_options\" {\n    for_each = []\n    content {}\n  }\n}"}, set, "a.tf:2: metadata_options is made by a dynamic block"},
		"two of them":               {"aws_eip.a", map[string]string{"a.tf": "resource \"aws_eip\" \"a\" {\n  metadata_options {}\n  metadata_options {}\n}"}, set, "a.tf:3: metadata_options is there twice"},
		"ignored":                   {"aws_eip.a", map[string]string{"a.tf": "resource \"aws_eip\" \"a\" {\n  lifecycle {\n    ignore_changes = [metadata_options]\n  }\n}"}, set, "a.tf:3: its lifecycle ignores changes of metadata_options"},
		"it says so already":        {"aws_eip.a", map[string]string{"a.tf": "resource \"aws_eip\" \"a\" {\n  metadata_options {\n    http_tokens = \"required\"\n  }\n}"}, set, "says so already"},
	} {
		t.Run(story, func(t *testing.T) {
			m, err := module(t, c.files)
			if err == nil {
				var b *block.Block
				if b, err = m.Resource(c.address); err == nil {
					err = c.do(b)
				}
			}
			var r block.Refusal
			if !errors.As(err, &r) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// records is a repository of 400 records as people write them.
func records() (files map[string]string, addresses []string) {
	files = map[string]string{"zone.tf": "resource \"aws_route53_zone\" \"z\" {\n  name = \"example.com\"\n}\n"}
	for f := range 40 {
		var b strings.Builder
		b.WriteString("# records of team " + fmt.Sprint(f) + "\n")
		for i := range 10 {
			name := fmt.Sprintf("r%d_%d", f, i)
			addresses = append(addresses, "aws_route53_record."+name)
			b.WriteString(strings.Repeat("\n", i%3))
			if i%4 == 0 {
				b.WriteString("// asked for by ticket " + fmt.Sprint(i) + "\n")
			}
			fmt.Fprintf(&b, "resource \"aws_route53_record\" %q {\n%szone_id = aws_route53_zone.z.zone_id\n  name = \"%s.example.com\"\n", name, strings.Repeat(" ", i%5), name)
			if i%7 == 0 {
				b.WriteString("  records = [<<-EOT\n    # no comment }\n  EOT\n  ]\n")
			}
			b.WriteString("  type    =  \"CNAME\"\n}")
			if i < 9 || f%2 == 0 {
				b.WriteString("\n")
			}
		}
		files[fmt.Sprintf("team%d.tf", f)] = b.String()
	}
	return files, addresses
}

// Of 400 records each is removed, one by one: the file parses, has exactly one block less, and no other line was touched.
func TestFourHundredRemovals(t *testing.T) {
	files, addresses := records()
	m, err := module(t, files)
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range addresses {
		b, err := m.Resource(address)
		if err != nil {
			t.Fatal(err)
		}
		c, err := b.Drop()
		if err != nil {
			t.Fatal(err)
		}
		if after := blocks(t, c.New); after != 10-1 {
			t.Errorf("%s: %d blocks of 10 are left", address, after)
		}
		name := strings.TrimPrefix(address, "aws_route53_record.")
		if !alone(string(c.Old), string(c.New), name) {
			t.Errorf("%s: something else is gone", address)
		}
	}
}

// alone reports whether what is gone is one piece of one block with its comment and a blank line.
func alone(was, is, name string) bool {
	n := len(was) - len(is)
	at := strings.Index(was, fmt.Sprintf("resource \"aws_route53_record\" %q {", name))
	for i := max(0, at-100); i <= at; i++ {
		if was[:i]+was[i+n:] != is || strings.Count(was[i:i+n], "resource ") != 1 {
			continue
		}
		clean := true
		for _, l := range strings.Split(was[i:at], "\n") {
			l = strings.TrimSpace(l)
			clean = clean && (l == "" || strings.HasPrefix(l, "//") || strings.HasPrefix(l, "#"))
		}
		if clean && strings.HasSuffix(strings.TrimSpace(was[i:i+n]), "}") {
			return true
		}
	}
	return false
}

func blocks(t testing.TB, text []byte) int {
	t.Helper()
	f, wrong := hclsyntax.ParseConfig(text, "x.tf", hcl.InitialPos)
	if wrong.HasErrors() {
		t.Fatal(wrong)
	}
	return len(f.Body.(*hclsyntax.Body).Blocks)
}

// Whatever a file holds, a change of it parses and has one block less, or it is refused.
func FuzzChange(f *testing.F) {
	f.Add(dns)
	f.Add("resource \"a\" \"b\" {}")
	f.Add("/* x */ resource \"a\" \"b\" { c = 1 } # d\nresource \"a\" \"e\" {}")
	f.Add("resource \"a\" \"b\" {\r\n  metadata_options {}\r\n}")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := module(t, map[string]string{"x.tf": text})
		if err != nil {
			return
		}
		parsed, _ := hclsyntax.ParseConfig([]byte(text), "x.tf", hcl.InitialPos)
		all := parsed.Body.(*hclsyntax.Body).Blocks
		for _, x := range all {
			if x.Type != "resource" || len(x.Labels) != 2 {
				continue
			}
			b, err := m.Resource(x.Labels[0] + "." + x.Labels[1])
			if err != nil {
				continue
			}
			if c, err := b.Drop(); err == nil && blocks(t, c.New) != len(all)-1 {
				t.Errorf("dropped: %q", c.New)
			}
			if c, err := b.Set("metadata_options", "http_tokens", "required"); err == nil && blocks(t, c.New) != len(all) {
				t.Errorf("set: %q", c.New)
			}
		}
	})
}
