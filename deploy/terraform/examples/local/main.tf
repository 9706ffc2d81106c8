# Each account defends itself, with a rule and a function of its own, and tells a central bus what became of it. Nothing
# reaches from one account into another; the central one only listens. Deploy it from the central account.

provider "aws" {
  region = var.region
}

# One block of each per account and region: copy them for the next account.
provider "aws" {
  alias  = "shop"
  region = var.region
  assume_role {
    role_arn = "arn:aws:iam::${var.shop_account}:role/${var.deployer_role}"
  }
}

provider "aws" {
  alias  = "shop_home"
  region = var.home_region
  assume_role {
    role_arn = "arn:aws:iam::${var.shop_account}:role/${var.deployer_role}"
  }
}

module "shop" {
  source       = "./account"
  providers    = { aws = aws.shop, aws.home = aws.shop_home }
  outcomes_arn = aws_cloudwatch_event_bus.outcomes.arn
  lambda_zip   = var.lambda_zip
  external_id  = var.external_id
  tiers        = var.tiers
  mode         = var.mode
}
