package world

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// filtered keeps what passes every filter: one of its values must match, where * and ? stand for any letters and for
// one. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
func filtered[T any](all []*T, filters []types.Filter, field func(*T, string) ([]string, bool)) ([]*T, *refusal) {
	for _, f := range filters {
		if _, known := field(new(T), aws.ToString(f.Name)); !known {
			return nil, refuse("InvalidParameterValue", "The filter '%s' is invalid", aws.ToString(f.Name))
		}
	}
	var kept []*T
	for _, x := range all {
		if passes(x, filters, field) {
			kept = append(kept, x)
		}
	}
	return kept, nil
}

func passes[T any](x *T, filters []types.Filter, field func(*T, string) ([]string, bool)) bool {
	for _, f := range filters {
		have, _ := field(x, aws.ToString(f.Name))
		if !slices.ContainsFunc(f.Values, func(pattern string) bool {
			return slices.ContainsFunc(have, func(v string) bool { return like(pattern, v) })
		}) {
			return false
		}
	}
	return true
}

// like matches EC2's patterns.
func like(pattern, s string) bool {
	star, mark := -1, 0
	p, i := 0, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// largestPage is how many results the world gives at once to a caller who does not say.
const largestPage = 1000

// paged cuts one page. The token is opaque to callers; here it is the number of results before it.
func paged[T any](all []T, token *string, size *int32) ([]T, *string, *refusal) {
	from, most := 0, largestPage
	if token != nil {
		n, err := strconv.Atoi(*token)
		if err != nil || n < 0 || n > len(all) {
			return nil, nil, refuse("InvalidParameterValue", "Unable to parse pagination token")
		}
		from = n
	}
	if size != nil {
		most = int(*size)
	}
	if most < 1 {
		return nil, nil, refuse("InvalidParameterValue", "Value ( %d ) for parameter maxResults is invalid.", most)
	}
	if from+most >= len(all) {
		return all[from:], nil, nil
	}
	return all[from : from+most], aws.String(strconv.Itoa(from + most)), nil
}
