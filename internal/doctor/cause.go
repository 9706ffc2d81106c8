package doctor

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Cause is one thing that was found, wherever it was: the spoke that is missing in 59 accounts is one thing to mend. Where there is one
// place, its texts are the finding's; where there are several, ACCOUNT and REGION stand in them for what differs.
type Cause struct {
	Finding
	Places []Place // none: riposte's own
}

// Place is accounts and the regions that are the same in all of them.
type Place struct {
	Accounts []string
	Regions  []string // none: the whole account
}

// requestID is AWS's number of one call, which no two refusals have in common.
var requestID = regexp.MustCompile(`(?i)(, )?request ?id: [0-9a-z-]+`)

// vpcID is of a network, of which no two accounts have the same; in texts about many of them VPC stands for each.
var vpcID = regexp.MustCompile(`\bvpc-[0-9a-f]{8,17}\b`)

// Causes groups findings by what was found, in the order in which it was found first. The networks of one account are told one by one.
func Causes(all []Finding) (out []Cause) {
	for _, like := range grouped(all, func(f Finding, s string) string { return vpcID.ReplaceAllString(f.anywhere(s), "VPC") }) {
		if slices.ContainsFunc(like, func(f Finding) bool { return f.Account != like[0].Account }) {
			out = append(out, together(like))
			continue
		}
		for _, one := range grouped(like, Finding.anywhere) {
			out = append(out, together(one))
		}
	}
	return out
}

// grouped are findings that say the same, in what is general of their texts.
func grouped(all []Finding, general func(Finding, string) string) (out [][]Finding) {
	type key struct {
		check      string
		state      State
		says, mend string
	}
	at := map[key]int{}
	for _, f := range all {
		k := key{f.Check, f.State, general(f, f.Says), general(f, f.Mend)}
		i, there := at[k]
		if !there {
			i = len(out)
			at[k], out = i, append(out, nil)
		}
		out[i] = append(out[i], f)
	}
	return out
}

// anywhere is a text as it would be in another account and region.
func (f Finding) anywhere(s string) string {
	s = requestID.ReplaceAllString(s, "")
	if f.Account != "" {
		s = strings.ReplaceAll(s, f.Account, "ACCOUNT")
	}
	if f.Region != "" {
		s = strings.ReplaceAll(s, f.Region, "REGION")
	}
	return s
}

// together is one cause of findings that differ by their places alone.
func together(all []Finding) Cause {
	c := Cause{Finding: all[0]}
	if len(all) > 1 {
		general := all[0]
		for _, f := range all {
			if f.Account != general.Account {
				c.Account = ""
			}
			if f.Region != general.Region {
				c.Region = ""
			}
		}
		if c.Account != "" {
			general.Account = "" // it stands in the texts as it is
		}
		if c.Region != "" {
			general.Region = ""
		}
		c.Says, c.Mend = general.anywhere(c.Says), general.anywhere(c.Mend)
		if c.Account == "" {
			c.Says, c.Mend = vpcID.ReplaceAllString(c.Says, "VPC"), vpcID.ReplaceAllString(c.Mend, "VPC")
		}
	}
	c.Places = places(all)
	return c
}

// places are where findings are from: the accounts by region, and together those regions that have the same accounts.
func places(all []Finding) (out []Place) {
	var regions []string
	in := map[string][]string{}
	for _, f := range all {
		if f.Account == "" {
			continue
		}
		if _, there := in[f.Region]; !there {
			regions = append(regions, f.Region)
		}
		if !slices.Contains(in[f.Region], f.Account) {
			in[f.Region] = append(in[f.Region], f.Account)
		}
	}
	for _, r := range regions {
		i := slices.IndexFunc(out, func(p Place) bool { return len(p.Regions) > 0 && r != "" && slices.Equal(p.Accounts, in[r]) })
		switch {
		case i >= 0:
			out[i].Regions = append(out[i].Regions, r)
		case r == "":
			out = append(out, Place{Accounts: in[r]})
		default:
			out = append(out, Place{Accounts: in[r], Regions: []string{r}})
		}
	}
	slices.SortStableFunc(out, func(a, b Place) int { return cmp.Compare(len(b.Accounts), len(a.Accounts)) })
	return out
}
